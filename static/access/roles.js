// A field of a form that chooses a role.

import { covers } from "../core/session.js";
import { t } from "../core/i18n.js";

const ROLES = ["viewer", "worker", "editor", "admin"];

/** None above `most` is offered. */
export function roleField(most, initial) {
  const offered = ROLES.filter((role) => covers(most, role));
  return {
    type: "choice",
    label: t("role.label"),
    required: true,
    initial: offered.includes(initial) ? initial : offered[0],
    help_text: offered.map((role) => t(`role.${role}.means`)).join(" "),
    choices: offered.map((role) => ({ value: role, display_name: t(`role.${role}`) })),
  };
}
