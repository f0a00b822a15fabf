// AccountService: how logins are limited, who may log in, and the roles.
import type { RedfishPlugin } from './context.ts';
import { addAccounts, ACCOUNTS_PATH } from './account-collection.ts';
import type { LoginSettings } from './accounts-file.ts';
import { LONGEST_PASSWORD, SHORTEST_PASSWORD } from './password-rules.ts';
import { ROLE_PRIVILEGES, ROLES, type Role } from './privilege.ts';
import { notFound } from './redfish-error.ts';
import { numberIn, objectBody, refuseOthers } from './request-body.ts';
import { collection, link } from './resource-paths.ts';

const SERVICE = '/redfish/v1/AccountService';
const ROLES_PATH = `${SERVICE}/Roles`;
const WATCH = { config: { access: 'Login' } } as const;
const READ_ONLY = [
  'Id', 'Name', 'Description', 'Status', 'ServiceEnabled', 'MinPasswordLength', 'MaxPasswordLength', 'AccountLockoutCounterResetAfter', 'AccountLockoutCounterResetEnabled',
  'Accounts', 'Roles', 'HTTPBasicAuth', 'LocalAccountAuth',
];

export const accountService: RedfishPlugin = (app, context) => {
  const { accounts, log } = context;
  app.get(SERVICE, WATCH, () => serviceResource(accounts.settings));
  app.patch(SERVICE, { config: { access: 'ConfigureUsers' } }, (request) => {
    const body = objectBody(request.body);
    refuseOthers(body, ['AccountLockoutThreshold', 'AccountLockoutDuration'], READ_ONLY);
    const lockoutThreshold = numberIn(body, 'AccountLockoutThreshold', 0, 1000);
    const lockoutSeconds = numberIn(body, 'AccountLockoutDuration', 0, 86_400);
    accounts.changeSettings({ ...(lockoutThreshold === undefined ? {} : { lockoutThreshold }), ...(lockoutSeconds === undefined ? {} : { lockoutSeconds }) });
    const { lockoutThreshold: threshold, lockoutSeconds: seconds } = accounts.settings;
    log({ event: 'account-changed', text: `an account is locked after ${threshold} failed logins for ${seconds} s from now on`, fields: { threshold, seconds } });
    return serviceResource(accounts.settings);
  });
  addAccounts(app, context);
  app.get(ROLES_PATH, WATCH, () => collection(ROLES_PATH, 'RoleCollection', 'Roles', ROLES.map((role) => `${ROLES_PATH}/${role}`)));
  app.get<{ Params: { id: string } }>(`${ROLES_PATH}/:id`, WATCH, ({ params }) => {
    const role = ROLES.find((one) => one === params.id);
    if (role === undefined) throw notFound('Role', params.id);
    return roleResource(role);
  });
};

function serviceResource({ lockoutThreshold, lockoutSeconds }: LoginSettings): object {
  return {
    '@odata.id': SERVICE, '@odata.type': '#AccountService.v1_13_0.AccountService', Id: 'AccountService', Name: 'Account Service',
    ServiceEnabled: true, Status: { State: 'Enabled', Health: 'OK' },
    HTTPBasicAuth: 'Enabled', LocalAccountAuth: 'Enabled',
    MinPasswordLength: SHORTEST_PASSWORD, MaxPasswordLength: LONGEST_PASSWORD,
    AccountLockoutThreshold: lockoutThreshold, AccountLockoutDuration: lockoutSeconds, AccountLockoutCounterResetAfter: lockoutSeconds,
    AccountLockoutCounterResetEnabled: lockoutSeconds > 0,
    Accounts: link(ACCOUNTS_PATH), Roles: link(ROLES_PATH),
  };
}

function roleResource(role: Role): object {
  return {
    '@odata.id': `${ROLES_PATH}/${role}`, '@odata.type': '#Role.v1_3_1.Role', Id: role, RoleId: role, Name: `Role ${role}`, IsPredefined: true,
    AssignedPrivileges: ROLE_PRIVILEGES[role], OemPrivileges: [],
  };
}
