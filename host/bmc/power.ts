// The power of the host machine, as the controller sees and switches it.

export type PowerState = 'on' | 'off';

/** As Redfish's ResetType names them. */
export type PowerAction = 'On' | 'ForceOff' | 'GracefulShutdown' | 'ForceRestart' | 'GracefulRestart' | 'PowerCycle';
