// A tour of all verbs with an unmodified node-quickbooks; prints what it saw as JSON.
const QuickBooks = require('node-quickbooks');
const [base, realm] = process.argv.slice(2);
QuickBooks.V3_ENDPOINT_BASE_URL = `${base}/v3/company/`;
const qbo = new QuickBooks('key', 'secret', 'T', false, realm, true, false, null, '2.0', null);
const call = (name, ...args) => new Promise((done, fail) => {
  qbo[name](...args, (error, body) => (error ? fail(error) : done(body)));
});
const refused = (name, ...args) => new Promise((done) => {
  qbo[name](...args, (error) => {
    const body = error && error.response ? error.response.data : error;
    done(body && body.Fault ? body.Fault.Error[0].code : null);
  });
});

(async () => {
  const seen = {};
  const ada = await call('createCustomer', { DisplayName: "Ada O'Neil", requestId: 'r1' });
  seen.created = [ada.Id, ada.SyncToken];
  seen.again = (await call('createCustomer', { DisplayName: 'Other', requestId: 'r1' })).Id;
  seen.duplicate = await refused('createCustomer', { DisplayName: "Ada O'Neil" });
  const next = await call('updateCustomer', { Id: ada.Id, SyncToken: '0', Notes: 'n' });
  seen.updated = [next.SyncToken, next.DisplayName];
  seen.stale = await refused('updateCustomer', { Id: ada.Id, SyncToken: '0', Notes: 'm' });
  const item = await call('createItem', {
    Name: 'Stone', Type: 'Service', Sku: 'S', IncomeAccountRef: { value: '1' }, UnitPrice: 10,
  });
  const line = (n) => ({
    Amount: n * 10,
    DetailType: 'SalesItemLineDetail',
    SalesItemLineDetail: { ItemRef: { value: item.Id }, Qty: n, UnitPrice: 10 },
  });
  const sale = (n) => ({ CustomerRef: { value: ada.Id }, Line: [line(n)] });
  const invoice = await call('createInvoice', sale(10));
  seen.invoice = [invoice.DocNumber, invoice.TotalAmt];
  seen.waved = (await call('createInvoice', {
    ...sale(1), DocNumber: invoice.DocNumber, allowDuplicateDocNum: true,
  })).DocNumber;
  const link = (amount) => ({
    Amount: amount, LinkedTxn: [{ TxnId: invoice.Id, TxnType: 'Invoice' }],
  });
  const payment = await call('createPayment', {
    CustomerRef: { value: ada.Id }, TotalAmt: 60, Line: [link(60)],
  });
  seen.balance = (await call('getInvoice', invoice.Id)).Balance;
  const less = await call('updatePayment', { ...payment, Line: [link(40)], sparse: true });
  seen.unapplied = less.UnappliedAmt;
  const found = await call('findInvoices', [
    { field: 'Balance', value: '50', operator: '>' }, { field: 'limit', value: 5 },
  ]);
  seen.found = found.QueryResponse.Invoice.map((one) => one.Id);
  const named = await call('findCustomers', { DisplayName: "Ada O'Neil" });
  seen.named = named.QueryResponse.Customer.length;
  seen.count = (await call('findItems', { count: true })).QueryResponse.totalCount;
  seen.all = (await call('findPayments', { fetchAll: true })).QueryResponse.Payment.length;
  seen.pdf = (await call('getInvoicePdf', invoice.Id)).toString('latin1').slice(0, 5);
  seen.sent = (await call('sendInvoicePdf', invoice.Id, 'a@b.co')).EmailStatus;
  seen.voided = (await call('voidPayment', { Id: less.Id, SyncToken: '1' })).PrivateNote;
  seen.gone = (await call('deletePayment', less.Id)).Payment.status;
  const zero = await call('voidInvoice', invoice.Id);
  seen.zero = [zero.Invoice.TotalAmt, zero.Invoice.PrivateNote];
  seen.missing = await refused('getInvoice', '999');
  seen.memo = (await call('createCreditMemo', sale(2))).RemainingCredit;
  seen.receipt = (await call('createSalesReceipt', sale(2))).Balance;
  seen.estimate = (await call('createEstimate', sale(2))).TxnStatus;
  const batch = await call('batch', [
    { bId: '1', operation: 'create', Customer: { DisplayName: 'Bo' } },
    { bId: '2', Query: 'select * from Term' },
    { bId: '3', operation: 'delete', Invoice: { Id: '999', SyncToken: '0' } },
  ]);
  seen.batch = batch.BatchItemResponse.map((one) => (one.Fault ? one.Fault.Error[0].code : 'ok'));
  const since = new Date(Date.now() - 3600000);
  const changed = await call('changeDataCapture', ['Invoice', 'Customer', 'Term'], since);
  seen.changed = changed.CDCResponse[0].QueryResponse.map((one) => one.maxResults || 0);
  const prefs = await call('getPreferences');
  await call('updatePreferences', {
    Id: '1', SyncToken: prefs.SyncToken, CurrencyPrefs: { MultiCurrencyEnabled: true },
  });
  await call('updateExchangeRate', {
    SourceCurrencyCode: 'EUR', AsOfDate: '2026-01-01', Rate: 1.5,
  });
  const rate = await call('getExchangeRate', { sourcecurrencycode: 'EUR', asofdate: '2026-02-01' });
  seen.rate = rate.ExchangeRate.Rate;
  seen.company = (await call('getCompanyInfo', realm)).CompanyName;
  console.log(JSON.stringify(seen));
})().catch((error) => {
  console.error(error.response ? JSON.stringify(error.response.data) : error);
  process.exit(1);
});
