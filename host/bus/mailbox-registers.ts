// Where things lie behind the two BARs of the mailbox. assembly/bus/README.md is the specification.

/** "FERR" in the order of the bytes. */
export const IDENTITY_VALUE = 0x52524546;
export const LAYOUT_VALUE = 1;

/** Registers of BAR 0. The first group is the device's, the second the host's. */
export const Register = {
  identity: 0x00, versions: 0x04, layout: 0x08, ready: 0x0c, bootId: 0x10, heartbeat: 0x14,
  sendRing: 0x18, sendSize: 0x1c, receiveRing: 0x20, receiveSize: 0x24,
  resetDone: 0x28, resetRefused: 0x2c, holder: 0x30, heldMs: 0x34, hostResetsSeen: 0x38,
  power: 0x3c, powerCommand: 0x40, powerEventSeen: 0x44, modes: 0x48, bootFailure: 0x4c,
  doorbell: 0x80, reset: 0x84, hostResets: 0x88, powerEvent: 0x8c, postCode: 0x90, bootProgress: 0x94,
  status: 0x100,
} as const;

/** Bytes of the host's group, which the device reads at once. */
export const HOST_GROUP_SIZE = 12;
/** Bytes of the status message in the registers. */
export const STATUS_SIZE = 0x60;

/** Bits of the register `modes`. */
export const MODE_LAB = 1;

/** The register `power`. 0, before any device has written it, counts as on. */
export const HostPowerState = { on: 1, off: 2, offForCycle: 3, offByHost: 4 } as const;

/** What the register `powerCommand` tells the host, in its lowest eight bits; the others count. */
export const HostPowerCommand = { forceOff: 1, restart: 2, shutDown: 3, shutDownAndRestart: 4 } as const;

/** What the register `powerEvent` tells the device, in the same form. */
export const HostPowerEvent = { button: 1, accepted: 2, off: 3, restarted: 4 } as const;

/** What the register `bootProgress` tells the device, in its lowest eight bits; see `boot-registers.ts` for the others. */
export const HostBootProgress = { postComplete: 1, bootComplete: 2 } as const;

/** Which stage of the watchdog has run out, in the lowest eight bits of the register `bootFailure`. */
export const BootFailureStage = { frb3: 1, frb2: 2 } as const;

/** Indices in the window: two words each. */
export const Index = { sendHead: 0x00, sendTail: 0x40, receiveHead: 0x80, receiveTail: 0xc0 } as const;

/** A ring: where in the window it begins, and its bytes, a power of two. */
export interface RingPlace {
  readonly offset: number;
  readonly size: number;
}

/**
 * The rings that the emulated device has. The one to the device holds a window of sixteen chunks with room to spare; the
 * one to the host carries responses only, which are short.
 */
export const SEND_RING: RingPlace = { offset: 0x1000, size: 2 * 1024 * 1024 };
export const RECEIVE_RING: RingPlace = { offset: 0x1000 + SEND_RING.size, size: 64 * 1024 };
