// The accounts as resources. Who is no administrator sees and changes only what is their own: the password.
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { type Account, type AccountRefusal, type Accounts } from './accounts.ts';
import { callerOf, type Caller, type RedfishContext } from './context.ts';
import { passwordFault, userNameFault } from './password-rules.ts';
import { mayDo, ROLES } from './privilege.ts';
import { notFound, refusal, type RedfishError } from './redfish-error.ts';
import { type Body, booleanIn, choiceIn, objectBody, refuseOthers, required, textIn } from './request-body.ts';
import { collection, link } from './resource-paths.ts';

export const ACCOUNTS_PATH = '/redfish/v1/AccountService/Accounts';
const PROPERTIES = ['UserName', 'Password', 'RoleId', 'Enabled', 'Locked'];
const READ_ONLY = ['Id', 'Name', 'Description', 'AccountTypes', 'Links', 'PasswordChangeRequired'];
type One = FastifyRequest<{ Params: { id: string } }>;

export function addAccounts(app: FastifyInstance, context: RedfishContext): void {
  const { accounts } = context;
  const seen = ({ user, role }: Caller): readonly Account[] => accounts.list().filter((account) => account.user === user || mayDo(role, 'ConfigureUsers'));
  app.get(ACCOUNTS_PATH, { config: { access: 'Login' } }, (request) => collection(
    ACCOUNTS_PATH, 'ManagerAccountCollection', 'Accounts', seen(callerOf(request)).map(({ id }) => pathOf(id)),
  ));
  app.post(ACCOUNTS_PATH, { config: { access: 'ConfigureUsers' } }, (request, reply) => create(request, reply, context));
  app.get<{ Params: { id: string } }>(`${ACCOUNTS_PATH}/:id`, { config: { access: 'ConfigureSelf' } }, (request) => resource(ownOrAny(request, accounts), context));
  app.patch<{ Params: { id: string } }>(`${ACCOUNTS_PATH}/:id`, { config: { access: 'ConfigureSelf' } }, (request) => change(request, context));
  app.delete<{ Params: { id: string } }>(`${ACCOUNTS_PATH}/:id`, { config: { access: 'ConfigureUsers' } }, (request, reply) => remove(request, reply, context));
}

async function create(request: FastifyRequest, reply: FastifyReply, context: RedfishContext): Promise<FastifyReply> {
  const body = objectBody(request.body);
  refuseOthers(body, PROPERTIES, READ_ONLY);
  const user = required(userIn(body), 'UserName');
  const password = required(passwordIn(body, user), 'Password');
  const role = required(choiceIn(body, 'RoleId', ROLES), 'RoleId');
  booleanIn(body, 'Locked');
  const made = await context.accounts.create(user, password, role, booleanIn(body, 'Enabled') ?? true);
  if (typeof made === 'string') throw refused(made, '', user);
  const by = callerOf(request).user;
  context.log({ event: 'account-created', text: `${by} has made the account ${user} (${role})`, fields: { user, role, by } });
  return reply.code(201).header('Location', pathOf(made.id)).send(resource(made, context));
}

async function change(request: One, context: RedfishContext): Promise<object> {
  const { accounts, guard, log } = context;
  const caller = callerOf(request);
  const before = ownOrAny(request, accounts);
  const body = objectBody(request.body);
  refuseOthers(body, PROPERTIES, READ_ONLY);
  if (!Object.keys(body).some((name) => PROPERTIES.includes(name))) throw refusal(400, 'NoOperation');
  const isOther = Object.keys(body).some((name) => name !== 'Password' && !name.startsWith('@'));
  if (isOther && !mayDo(caller.role, 'ConfigureUsers')) throw refusal(403, 'InsufficientPrivilege');
  const user = userIn(body);
  const password = passwordIn(body, user ?? before.user);
  const role = choiceIn(body, 'RoleId', ROLES);
  const isEnabled = booleanIn(body, 'Enabled');
  const isLocked = booleanIn(body, 'Locked');
  // An account is locked by failed logins alone.
  if (isLocked === true && !guard.isLocked(before.id)) throw refusal(400, 'PropertyValueNotInList', ['true', 'Locked'], { property: '#/Locked' });
  if (isLocked === false) guard.unlock(before.id);
  const changes = { user, password, role, isEnabled };
  const names = Object.keys(body).filter((name) => PROPERTIES.includes(name));
  const isChange = Object.values(changes).some((value) => value !== undefined);
  const after = isChange ? await accounts.change(before.id, changes) : before;
  if (after === 'last-administrator') throw lastOfThem(isEnabled === false ? ['Enabled', 'false'] : ['RoleId', role ?? before.role]);
  if (typeof after === 'string') throw refused(after, before.id, user ?? before.user);
  log({ event: 'account-changed', text: `${caller.user} has changed the account ${before.user}: ${names.join(', ')}`, fields: { user: before.user, by: caller.user } });
  return resource(after, context);
}

function remove(request: One, reply: FastifyReply, { accounts, log }: RedfishContext): FastifyReply {
  const account = ownOrAny(request, accounts);
  const refusedAs = accounts.remove(account.id);
  if (refusedAs !== undefined) throw refused(refusedAs, account.id, account.user);
  const by = callerOf(request).user;
  log({ event: 'account-removed', text: `${by} has removed the account ${account.user}`, fields: { user: account.user, by } });
  return reply.code(204).send();
}

/** The account of the path, if the caller may see it; one that is not there and one that is not theirs look the same. */
function ownOrAny(request: One, accounts: Accounts): Account {
  const { user, role } = callerOf(request);
  const account = accounts.byId(request.params.id);
  if (account === undefined || (account.user !== user && !mayDo(role, 'ConfigureUsers'))) {
    throw mayDo(role, 'ConfigureUsers') ? notFound('ManagerAccount', request.params.id) : refusal(403, 'InsufficientPrivilege');
  }
  return account;
}

function userIn(body: Body): string | undefined {
  const user = textIn(body, 'UserName');
  const fault = user === undefined ? undefined : userNameFault(user);
  if (fault === undefined) return user;
  throw refusal(400, 'PropertyValueFormatError', [(user ?? '').slice(0, 64), 'UserName'], { property: '#/UserName', resolution: fault });
}

function passwordIn(body: Body, user: string): string | undefined {
  // A password of the wrong type must not come back in the answer either.
  const password = typeof body['Password'] === 'string' || body['Password'] === undefined ? body['Password'] : '';
  const fault = password === undefined ? undefined : passwordFault(password, user);
  if (fault === undefined) return password;
  throw refusal(400, 'PropertyValueFormatError', ['******', 'Password'], { property: '#/Password', resolution: fault });
}

function refused(why: AccountRefusal, id: string, user: string): RedfishError {
  switch (why) {
    case 'missing': return notFound('ManagerAccount', id);
    case 'taken': return refusal(409, 'ResourceAlreadyExists', ['ManagerAccount', 'UserName', user]);
    case 'full': return refusal(400, 'CreateLimitReachedForResource');
    case 'last-administrator': return refusal(409, 'ResourceCannotBeDeleted', [], { resolution: LAST });
  }
}

const LAST = 'Make or enable another administrator first: this is the last one.';

function lastOfThem(change: readonly [property: string, value: string]): RedfishError {
  return refusal(409, 'PropertyValueExternalConflict', change, { property: `#/${change[0]}`, resolution: LAST });
}

function resource({ id, user, role, isEnabled }: Account, { guard }: RedfishContext): object {
  return {
    '@odata.id': pathOf(id), '@odata.type': '#ManagerAccount.v1_10_1.ManagerAccount', Id: id, Name: 'User Account', Description: 'An account of this controller',
    UserName: user, Password: null, RoleId: role, Enabled: isEnabled, Locked: guard.isLocked(id), AccountTypes: ['Redfish', 'WebUI'], PasswordChangeRequired: false,
    Links: { Role: link(`/redfish/v1/AccountService/Roles/${role}`) },
  };
}

const pathOf = (id: string): string => `${ACCOUNTS_PATH}/${id}`;
