// Recovery of all components as Redfish shows it: in the update service, and what a preview answers. Pure.
import type { RecoveryDesk, RecoveryOutlook } from '../recovery-desk.ts';
import { choiceOf } from './recovery-status.ts';
import { link } from './resource-paths.ts';
import { memberPath } from './software-inventory.ts';

/** Oem.Ferry.Recovery of the update service. */
export function recoverySummary(desk: RecoveryDesk | undefined): object {
  const states = desk?.states() ?? [];
  return {
    IsConfigured: desk !== undefined,
    Components: (desk?.components ?? []).map((name) => link(memberPath(name))),
    Locked: states.filter(({ phase }) => phase === 'locked').map(({ component }) => link(memberPath(component))),
    UnderWay: states.filter(({ phase }) => phase !== 'locked' && phase !== 'healthy').map(({ component }) => link(memberPath(component))),
  };
}

/** What the action RecoverPreview answers. */
export function outlookBody(outlooks: readonly RecoveryOutlook[]): object {
  return {
    '@odata.type': '#FerryUpdateService.v1_1_0.RecoverPreviewResponse',
    Components: outlooks.map(({ component, condition, text, reason, choice, failures }) => ({
      Component: link(memberPath(component)), Condition: condition, Text: text, Reason: reason ?? null, ...choiceOf(choice),
      SourceFailures: failures.map(({ source, why }) => ({ Source: source, Why: why })),
    })),
  };
}
