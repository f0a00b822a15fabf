// A donor's events as lines for people.
import type { DonorEvent } from './donor-event.ts';

const RESULTS: Readonly<Record<string, string>> = {
  Complete: 'is well again', GaveUp: 'has given up and waits for a person', Damaged: 'has got something else than was offered', Failed: 'has a new image, and does not come up with it',
};
const short = (sha256: string): string => (sha256 === '' ? 'no image' : `${sha256.slice(0, 16)}...`);

function reportLine({ from, result, reason, before, sha256, donor, isMine, bytes, seconds }: Extract<DonorEvent, { event: 'report-heard' }>): string {
  const helper = isMine ? 'this donor' : donor === '' ? 'no donor' : `donor ${donor}`;
  return `report: ${from} (${reason.toLowerCase()}) ${RESULTS[result] ?? result}: ${short(before)} before, ${short(sha256)} now, ${bytes} bytes in ${seconds} s, from ${helper}`;
}

export function donorLine(event: DonorEvent): string {
  switch (event.event) {
    case 'offer-sent': return `${event.to} asks on ${event.link} (${event.reason.toLowerCase()}): ${event.image} is offered`;
    case 'offer-withheld': return `${event.to} asks on ${event.link}: nothing is offered, ${event.because}`;
    case 'upload-started': return `${event.to} takes ${event.image}${event.from === 0 ? '' : `, from byte ${event.from} on`}`;
    case 'upload-ended': return `${event.to}: ${event.bytes} bytes of ${event.image} delivered; ${event.result === 'Complete' ? 'complete' : event.result}`;
    case 'report-heard': return reportLine(event);
  }
}
