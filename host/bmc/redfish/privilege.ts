// The standard roles and what each may do (DSP0266 "Roles", "Redfish service operation-to-privilege mapping").

export const PRIVILEGES = ['Login', 'ConfigureManager', 'ConfigureUsers', 'ConfigureComponents', 'ConfigureSelf'] as const;
export type Privilege = (typeof PRIVILEGES)[number];

export const ROLES = ['Administrator', 'Operator', 'ReadOnly'] as const;
export type Role = (typeof ROLES)[number];

/** What each role may do. */
export const ROLE_PRIVILEGES: Readonly<Record<Role, readonly Privilege[]>> = {
  Administrator: PRIVILEGES,
  Operator: ['Login', 'ConfigureComponents', 'ConfigureSelf'],
  ReadOnly: ['Login', 'ConfigureSelf'],
};

/** Who may use a route: anyone without a login, or whoever has this privilege. */
export type Access = 'open' | Privilege;

export function mayDo(role: Role, privilege: Privilege): boolean {
  return ROLE_PRIVILEGES[role].includes(privilege);
}

export function isRole(value: unknown): value is Role {
  return (ROLES as readonly unknown[]).includes(value);
}
