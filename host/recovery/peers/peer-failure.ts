// Why an exchange with another machine ended before its end.

export type PeerFault =
  /** It does not answer, or the stream broke. */
  | 'vanished'
  /** It answers, and brings too little. */
  | 'slow'
  /** What came is no message that has a place here, or has no right tag. */
  | 'garbage'
  /** Its statement is not what it has offered, or no trusted key has signed it. */
  | 'lied'
  /** It has declined because of others. Not its fault. */
  | 'busy'
  /** It has declined, and will again. */
  | 'declined';

export class PeerFailure extends Error {
  readonly fault: PeerFault;

  constructor(fault: PeerFault, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'PeerFailure';
    this.fault = fault;
  }
}
