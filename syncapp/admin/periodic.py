"""The packages' own models in our theme: the schedule, sign-in attempts, users and groups.

Knows what each package's admin leaves open and closes it. Must not know what is synced.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from axes.admin import AccessAttemptAdmin as AxesAttemptAdmin
from axes.admin import AccessFailureLogAdmin as AxesFailureAdmin
from axes.admin import AccessLogAdmin as AxesLogAdmin
from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin as DjangoGroupAdmin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group, User
from django.db import models
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django_celery_beat.admin import ClockedScheduleAdmin as BeatClockedAdmin
from django_celery_beat.admin import CrontabScheduleAdmin as BeatCrontabAdmin
from django_celery_beat.admin import PeriodicTaskAdmin as BeatTaskAdmin
from django_celery_beat.admin import PeriodicTaskForm, TaskSelectWidget
from django_celery_beat.models import (
    ClockedSchedule,
    CrontabSchedule,
    IntervalSchedule,
    PeriodicTask,
    SolarSchedule,
)
from unfold.admin import ModelAdmin as UnfoldAdmin
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from syncapp.admin.base import NOTHING
from syncapp.services import setting_changes

if TYPE_CHECKING:
    # The packages carry no types: to the type checker their classes are plain ModelAdmins.
    class ForeignAdmin(admin.ModelAdmin[Any]):
        """A package's admin class."""

    ModelAdmin: TypeAlias = admin.ModelAdmin[Any]
    TaskBase: TypeAlias = ForeignAdmin
    ClockedBase: TypeAlias = ForeignAdmin
    CrontabBase: TypeAlias = ForeignAdmin
    AttemptBase: TypeAlias = ForeignAdmin
    FailureBase: TypeAlias = ForeignAdmin
    LogBase: TypeAlias = ForeignAdmin
    UserBase: TypeAlias = DjangoUserAdmin[User]
else:
    ModelAdmin, TaskBase, ClockedBase = UnfoldAdmin, BeatTaskAdmin, BeatClockedAdmin
    CrontabBase, UserBase = BeatCrontabAdmin, DjangoUserAdmin
    AttemptBase, FailureBase, LogBase = AxesAttemptAdmin, AxesFailureAdmin, AxesLogAdmin

for model in (
    PeriodicTask, IntervalSchedule, CrontabSchedule, SolarSchedule, ClockedSchedule,
    AccessAttempt, AccessLog, AccessFailureLog, User, Group,
):  # fmt: skip
    admin.site.unregister(model)


class ActionsNeedChange:
    """The packages' list actions ask for no permission: whoever may only look gets none."""

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """The actions this person may use."""
        found: dict[str, Any] = super().get_actions(request)  # type: ignore[misc]
        if self.has_change_permission(request):  # type: ignore[attr-defined]
            return found
        return {name: one for name, one in found.items() if name == "delete_selected"}


class TaskSelect(UnfoldAdminSelectWidget, TaskSelectWidget):  # type: ignore[misc]
    """The registered tasks as a drop-down in our theme."""


class TaskForm(PeriodicTaskForm):  # type: ignore[misc]
    """The package's form with our widgets."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "task" in self.fields:
            self.fields["task"].widget = UnfoldAdminTextInputWidget()
            self.fields["regtask"].widget = TaskSelect()


@admin.register(PeriodicTask)
class PeriodicTaskAdmin(ActionsNeedChange, TaskBase, ModelAdmin):
    """What beat starts, and how often."""

    form = TaskForm
    list_display = ("name", "task_name", "when", "last_run_at", "enabled")
    list_filter = ("enabled",)
    date_hierarchy = None
    # The package's template carries an inline script, which the content policy refuses.
    change_form_template = None

    @admin.display(description=_("Task"), ordering="task")
    def task_name(self, task: PeriodicTask) -> str:
        """What is run; the package's own heading is not translated."""
        return str(task.task)

    @admin.display(description=_("Schedule"))
    def when(self, task: PeriodicTask) -> str:
        """How often, or when."""
        return str(task.scheduler)


@admin.register(IntervalSchedule)
class IntervalScheduleAdmin(ModelAdmin):
    """Intervals."""


@admin.register(CrontabSchedule)
class CrontabScheduleAdmin(CrontabBase, ModelAdmin):
    """Times of day."""

    inlines = ()


@admin.register(SolarSchedule)
class SolarScheduleAdmin(ModelAdmin):
    """Sunrise and the like."""


@admin.register(ClockedSchedule)
class ClockedScheduleAdmin(ClockedBase, ModelAdmin):
    """Single moments."""

    inlines = ()


@admin.register(AccessAttempt)
class AccessAttemptAdmin(ActionsNeedChange, AttemptBase, ModelAdmin):
    """Failed sign-ins; deleting one lifts the lock."""

    list_display = ("username", "ip_address", "attempt_time", "failures_since_start", "status")
    list_filter = ()
    date_hierarchy = None


@admin.register(AccessLog)
class AccessLogAdmin(LogBase, ModelAdmin):
    """Who signed in."""

    list_filter = ()
    date_hierarchy = None


@admin.register(AccessFailureLog)
class AccessFailureLogAdmin(FailureBase, ModelAdmin):
    """Every failed sign-in."""

    list_filter = ()
    date_hierarchy = None


@admin.register(User)
class UserAdmin(UserBase, ModelAdmin):
    """People. Only a superuser makes or changes superusers: nobody lifts themselves up."""

    form = UserChangeForm
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm
    list_display = ("username", "person", "email", "roles", "is_active", "last_login")
    list_filter = ("groups", "is_active")

    class Media:
        """The two-box chooser's labels, put right."""

        js = ("syncapp/js/choosers.js",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        """With the groups, which the list shows."""
        return super().get_queryset(request).prefetch_related("groups")

    @admin.display(description=_("Name"))
    def person(self, user: User) -> str:
        """First and last name."""
        return user.get_full_name() or NOTHING

    @admin.display(description=_("Roles"))
    def roles(self, user: User) -> str:
        """The groups, or that everything is allowed."""
        if user.is_superuser:
            return str(_("everything"))
        return ", ".join(sorted(group.name for group in user.groups.all())) or NOTHING

    def get_fieldsets(self, request: HttpRequest, obj: User | None = None) -> Any:
        """Roles are given by group; single permissions are the superuser's."""
        fieldsets = super().get_fieldsets(request, obj)
        if obj is None or request.user.is_superuser:
            return fieldsets
        hidden = {"is_superuser", "user_permissions"}
        return [
            (title, {**options, "fields": [f for f in options["fields"] if f not in hidden]})
            for title, options in fieldsets
        ]

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """A superuser is changed by superusers only."""
        if obj is not None and obj.is_superuser and not request.user.is_superuser:
            return False
        return super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """The same for deleting."""
        if obj is not None and obj.is_superuser and not request.user.is_superuser:
            return False
        return super().has_delete_permission(request, obj)

    # -- who may do what is a setting, too

    def save_form(self, request: HttpRequest, form: Any, change: bool) -> Any:
        """Remember what the person might do before."""
        form.access_before = setting_changes.access(form.instance.pk) if change else None
        return super().save_form(request, form, change)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Keep who changed what the person may do."""
        super().save_related(request, form, formsets, change)
        who = request.user.get_username()
        setting_changes.note_access(form.instance, form.access_before, who=who)

    def delete_model(self, request: HttpRequest, obj: User) -> None:
        """Keep who deleted the account."""
        setting_changes.note_deleted(obj, who=request.user.get_username())
        super().delete_model(request, obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        """The same for several."""
        for user in queryset:
            setting_changes.note_deleted(user, who=request.user.get_username())
        super().delete_queryset(request, queryset)

    def formfield_for_manytomany(
        self, db_field: models.ManyToManyField[Any, Any], request: HttpRequest, **kwargs: Any
    ) -> Any:
        """Groups of one's own cut may hold more than a person has: they are not theirs to give."""
        if db_field.name == "groups" and not request.user.is_superuser:
            kwargs["queryset"] = grantable_groups(request)
        return super().formfield_for_manytomany(db_field, request, **kwargs)


def grantable_groups(request: HttpRequest) -> QuerySet[Group]:
    """The groups that hold nothing the person does not hold."""
    own = request.user.get_all_permissions()
    fitting = [
        group.pk
        for group in Group.objects.prefetch_related("permissions__content_type")
        if all(f"{p.content_type.app_label}.{p.codename}" in own for p in group.permissions.all())
    ]
    return Group.objects.filter(pk__in=fitting)


@admin.register(Group)
class GroupAdmin(DjangoGroupAdmin, ModelAdmin):
    """Roles."""

    class Media:
        """The two-box chooser's labels, put right."""

        js = ("syncapp/js/choosers.js",)

    def save_form(self, request: HttpRequest, form: Any, change: bool) -> Any:
        """Remember what the role held before."""
        form.access_before = setting_changes.role_access(form.instance.pk) if change else None
        return super().save_form(request, form, change)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Keep who changed what the role lets people do."""
        super().save_related(request, form, formsets, change)
        who = request.user.get_username()
        setting_changes.note_role(form.instance, form.access_before, who=who)

    def delete_model(self, request: HttpRequest, obj: Group) -> None:
        """Keep who deleted the role."""
        setting_changes.note_role_deleted(obj, who=request.user.get_username())
        super().delete_model(request, obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Group]) -> None:
        """The same for several."""
        for group in queryset:
            setting_changes.note_role_deleted(group, who=request.user.get_username())
        super().delete_queryset(request, queryset)
