// What the page hears from the controller, as JSON has it. web-page.ts checks at compile time that it is what the
// controller says; this side imports nothing of it, so that it runs in a browser.

export interface SlotJson {
  /** empty, writing, valid, failed, or rejected: it was on trial and did not hold. */
  readonly state: string;
  readonly size: number;
  readonly security: number;
  readonly version: string;
  /** 64 hexadecimal digits. */
  readonly digest: string;
}

export interface TrialJson {
  readonly attempt: number;
  readonly limit: number;
  /** Until it is kept for good; 0 for a component of the host, which ends its trial by coming up. */
  readonly remainingMs: number;
}

export interface ComponentJson {
  readonly name: string;
  readonly slotSize: number;
  readonly slots: readonly SlotJson[];
  readonly running?: number | undefined;
  readonly pending?: number | undefined;
  readonly isInPlace: boolean;
  readonly needsHostReset: boolean;
  /** The lowest security number that the component takes. */
  readonly floor: number;
  readonly trial?: TrialJson | undefined;
}

export interface TransferJson {
  readonly phase: string;
  readonly completion: string;
  readonly upgrade: number;
  readonly elapsedMs: number;
  readonly origin: string;
  readonly imageIndex: number;
  readonly imageCount: number;
  readonly storedCount: number;
  readonly component: string;
  readonly version: string;
  readonly slot: number;
  readonly resumed: number;
  readonly done: number;
  readonly total: number;
}

export interface HolderJson {
  readonly upgrade: string;
  readonly session: string;
  readonly origin: string;
  readonly user?: string | undefined;
  readonly since: string;
  readonly heldMs: number;
}

export interface RecoveryImageJson {
  readonly source: string;
  readonly id: string;
  readonly version: string;
  readonly sha256: string;
}

/** An image that recovery has found, and what is to be said of it. */
export interface VerdictJson {
  readonly source: string;
  readonly id: string;
  readonly version: string;
  readonly security: number;
  readonly size: number;
  readonly donor?: string | undefined;
  readonly isGood: boolean;
  readonly reason: string;
}

export interface ChoiceJson {
  readonly verdicts: readonly VerdictJson[];
  readonly others: number;
  readonly chosen?: RecoveryImageJson | undefined;
  readonly why: string;
}

/** How far the recovery of one component is. */
export interface RecoveryJson {
  readonly component: string;
  readonly phase: string;
  readonly text: string;
  readonly since: string;
  readonly reason?: string | undefined;
  readonly ordered?: { readonly version?: string | undefined; readonly sha256?: string | undefined } | undefined;
  readonly candidate?: RecoveryImageJson | undefined;
  readonly received?: { readonly done: number; readonly total: number } | undefined;
  readonly choice?: ChoiceJson | undefined;
  readonly tried: readonly { readonly why: string }[];
  readonly evidence?: { readonly expected: string; readonly got: string } | undefined;
}

/** What would be chosen for one component, as Redfish's RecoverPreview answers it. */
export interface OutlookJson {
  readonly Text: string;
  readonly Why: string;
  readonly Chosen: { readonly Source: string; readonly Version: string } | null;
  readonly Candidates: readonly {
    readonly Source: string; readonly Id: string; readonly Version: string; readonly SecurityNumber: number; readonly SizeBytes: number; readonly Donor: string | null; readonly Fits: boolean;
    readonly Why: string;
  }[];
  readonly 'Candidates@odata.count': number;
  readonly SourceFailures: readonly { readonly Source: string; readonly Why: string }[];
}

export interface SnapshotJson {
  readonly time: string;
  readonly components: readonly ComponentJson[];
  readonly transfer: TransferJson;
  readonly rate?: { readonly bytesPerSecond: number; readonly remainingMs?: number | undefined } | undefined;
  readonly holder?: HolderJson | undefined;
  readonly removal: { readonly isSafe: boolean; readonly why: string };
  readonly power: 'on' | 'off';
  /** Of each component that is watched; absent when recovery is not configured. */
  readonly recovery?: readonly RecoveryJson[] | undefined;
}

/** What was or is being carried out, by its id. */
export interface UpgradeJson {
  readonly id: string;
  readonly origin: string;
  readonly user?: string | undefined;
  readonly state: string;
  readonly startedAt: string;
  readonly endedAt?: string | undefined;
  readonly images: readonly { readonly component: string; readonly version: string; readonly state: string }[];
  readonly text: string;
}

export interface EventJson {
  /** Counts up, over restarts of the controller too. */
  readonly number: number;
  readonly time: string;
  readonly event: string;
  readonly text: string;
}

/** The wear of one chip in so many parts of equal size. */
export interface ChipJson {
  readonly name: string;
  readonly part: string;
  readonly size: number;
  readonly sectorSize: number;
  readonly endurance: number;
  readonly mostErases: number;
  readonly meanErases: number;
  /** The most erases of a sector in each part of the chip. */
  readonly bins: readonly number[];
}

/** What seldom changes: whose board this is, and what the user may do. */
export interface BoardJson {
  readonly platform: string;
  readonly uuid: string;
  readonly version: string;
  readonly bootId: number;
  readonly startedAt: string;
  readonly labMode: boolean;
  readonly user: string;
  /** The id of the session, which ends it. */
  readonly session?: string | undefined;
  /** Whether the user may do more than look. */
  readonly mayOperate: boolean;
}
