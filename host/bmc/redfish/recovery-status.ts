// The recovery of one component as Redfish shows it, in Oem.Ferry.Recovery of its inventory. Pure.
import type { RecoveryChoice, RecoveryImage, RecoveryStatus } from '../recovery-desk.ts';
import type { Severity } from './message.ts';

/** A locked recovery waits for a person; any other that is not at rest is under way, or waits too. */
export function recoveryHealth({ phase }: Pick<RecoveryStatus, 'phase'>): Severity {
  if (phase === 'locked') return 'Critical';
  return phase === 'healthy' ? 'OK' : 'Warning';
}

export function recoveryDetail(status: RecoveryStatus): object {
  const { phase, text, since, reason, ordered, candidate, received, choice, tried, evidence } = status;
  return {
    '@odata.type': '#FerrySoftwareInventory.v1_1_0.Recovery',
    Phase: phase, Text: text, Since: since, Reason: reason ?? null, IsLocked: phase === 'locked',
    Ordered: ordered === undefined ? null : { Version: ordered.version ?? null, SHA256: ordered.sha256 ?? null },
    Candidate: candidate === undefined ? null : imageOf(candidate),
    ReceivedBytes: received?.done ?? null,
    TotalBytes: received?.total ?? null,
    Choice: choice === undefined ? null : choiceOf(choice),
    Tried: tried.map((one) => ({ ...imageOf(one), Why: one.why })),
    Evidence: evidence === undefined ? null : { ExpectedSHA256: evidence.expected, FoundSHA256: evidence.got },
  };
}

/** Images that were found, with the verdict on each, and the one that is taken. */
export function choiceOf({ verdicts, others, chosen, why }: RecoveryChoice): object {
  return {
    Chosen: chosen === undefined ? null : imageOf(chosen),
    Why: why,
    Candidates: verdicts.map((one) => ({
      ...imageOf(one), Donor: one.donor ?? null, SecurityNumber: one.security, SizeBytes: one.size, Fits: one.isGood, Why: one.reason,
    })),
    'Candidates@odata.count': verdicts.length + others,
  };
}

const imageOf = ({ source, id, version, sha256 }: RecoveryImage): object => ({ Source: source, Id: id, Version: version, SHA256: sha256 });
