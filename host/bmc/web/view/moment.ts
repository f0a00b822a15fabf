/** When a snapshot is looked at. */
export interface Moment {
  /** Since it was heard. Stands still when the controller is silent: what is not known does not run on. */
  readonly sinceMs: number;
  readonly today: Date;
}
