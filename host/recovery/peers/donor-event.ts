// What a donor says of its work, to its log. Requests that it passes over are counted and not told one by one: whoever can
// send them could fill the log.
export type DonorEvent =
  | { readonly event: 'offer-sent'; readonly to: string; readonly link: string; readonly image: string; readonly reason: string }
  | { readonly event: 'offer-withheld'; readonly to: string; readonly link: string; readonly because: string }
  | { readonly event: 'upload-started'; readonly to: string; readonly image: string; readonly from: number }
  | { readonly event: 'upload-ended'; readonly to: string; readonly image: string; readonly bytes: number; readonly result: string }
  | {
    readonly event: 'report-heard'; readonly from: string; readonly result: string; readonly reason: string;
    /** Digests in hexadecimal; empty: none. */
    readonly before: string; readonly sha256: string;
    /** Who has helped, as its offers named it; empty: no donor. `isMine`: this one. */
    readonly donor: string; readonly isMine: boolean;
    readonly bytes: number; readonly seconds: number;
  };
