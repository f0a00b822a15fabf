// A donor's events as lines for people.
import type { DonorEvent } from './donor-event.ts';

export function donorLine(event: DonorEvent): string {
  switch (event.event) {
    case 'offer-sent': return `${event.to} asks on ${event.link} (${event.reason.toLowerCase()}): ${event.image} is offered`;
    case 'offer-withheld': return `${event.to} asks on ${event.link}: nothing is offered, ${event.because}`;
    case 'upload-started': return `${event.to} takes ${event.image}${event.from === 0 ? '' : `, from byte ${event.from} on`}`;
    case 'upload-ended': return `${event.to}: ${event.bytes} bytes of ${event.image} delivered; ${event.result === 'Complete' ? 'complete' : event.result}`;
    case 'report-heard': return `${event.from} reports: ${event.result} after ${event.seconds} s, image ${event.sha256.slice(0, 16)}...`;
  }
}
