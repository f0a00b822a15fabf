// EFI_SIMPLE_TEXT_INPUT_EX_PROTOCOL (UEFI 2.10, section 12.2): keys that can be waited for among other events. A serial
// terminal sends no shift states and no key presses alone, and nothing here asks for notice of a single key.
import { EventType, Tpl, type EfiEvent, type EventServices } from '../events.ts';
import type { InputKey, SimpleTextInput } from './simple-text-input.ts';

export interface SimpleTextInputEx {
  /** The next key; undefined is EFI_NOT_READY. */
  readKeyStrokeEx(): InputKey | undefined;
  /** For WaitForEvent. */
  readonly waitForKeyEx: EfiEvent;
}

/** The same keys as those of the simple protocol: what one has read, the other does not get. */
export function textInputEx(input: SimpleTextInput, events: EventServices): SimpleTextInputEx {
  return {
    readKeyStrokeEx: () => input.readKeyStroke(),
    waitForKeyEx: events.createEvent(EventType.notifyWait, Tpl.notify, (event) => {
      if (input.waitForKey(0)) events.signalEvent(event);
    }),
  };
}
