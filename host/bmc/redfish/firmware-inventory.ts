// FirmwareInventory: the components and their slots, and the actions on them.
import type { ActionOutcome } from '../management.ts';
import { callerOf, type RedfishPlugin } from './context.ts';
import { message } from './message.ts';
import { notFound, refusal, toldBody } from './redfish-error.ts';
import { actionBody } from './request-body.ts';
import { collection } from './resource-paths.ts';
import { canActivate, componentResource, INVENTORY_PATH, memberOf, memberPath, slotResource } from './software-inventory.ts';

interface MemberRoute {
  readonly Params: { readonly id: string };
}

type Member = NonNullable<ReturnType<typeof memberOf>>;

export const firmwareInventory: RedfishPlugin = (app, { management, recovery }) => {
  const read = { config: { access: 'Login' } } as const;
  const write = { config: { access: 'ConfigureComponents' } } as const;
  const find = (id: string): Member => {
    const member = memberOf(management.snapshot().components, id);
    if (member === undefined) throw notFound('SoftwareInventory', id);
    return member;
  };
  app.get(INVENTORY_PATH, read, async () => {
    const { components } = management.snapshot();
    const members = components.flatMap(({ name, slots }) => [memberPath(name), ...slots.map((_, slot) => memberPath(name, slot))]);
    return collection(INVENTORY_PATH, 'SoftwareInventoryCollection', 'Firmware Inventory', members);
  });
  app.get<MemberRoute>(`${INVENTORY_PATH}/:id`, read, async ({ params }) => {
    const { component, slot } = find(params.id);
    const held = slot === undefined ? undefined : component.slots[slot];
    return slot === undefined || held === undefined ? componentResource(management.identity, component, recovery?.states().find((status) => status.component === component.name)) : slotResource(component, slot, held);
  });
  app.post<MemberRoute>(`${INVENTORY_PATH}/:id/Actions/SoftwareInventory.Activate`, write, async (request) => {
    const { component, slot } = find(request.params.id);
    actionBody(request.body, 'SoftwareInventory.Activate', []);
    if (slot === undefined || !canActivate(component, slot)) {
      throw refusal(409, 'ActionNotSupported', ['SoftwareInventory.Activate'], { resolution: 'Only a slot that holds a whole image and does not run can be activated; nothing was changed.' });
    }
    return told(await management.activate(component.name, callerOf(request).user));
  });
  app.post<MemberRoute>(`${INVENTORY_PATH}/:id/Actions/Oem/FerrySoftwareInventory.Revert`, write, async (request) => {
    const { component, slot } = find(request.params.id);
    if (slot !== undefined) throw refusal(404, 'ActionNotSupported', ['FerrySoftwareInventory.Revert']);
    actionBody(request.body, 'FerrySoftwareInventory.Revert', []);
    return told(await management.revert(component.name, callerOf(request).user));
  });
};

/** The device's own sentence, as a success or a refusal. */
export function told(outcome: ActionOutcome): object {
  if (!outcome.ok) throw refusal(409, 'ResourceInUse', [], { resolution: `${outcome.text}` });
  return toldBody({ ...message('Base', 'Success'), Resolution: outcome.text });
}
