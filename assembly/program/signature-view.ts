/** How an image's signature is shown: the last column of a line, members of an event. */
import { eventBool, eventNumber, eventTextBegin, eventTextEnd } from "./event";
import { signatureIsGiven, signatureKeyId, signatureSecurity } from "./image-signature";
import { textKeyId } from "./identifier";
import { textLiteral, textNumber } from "./text";

/** "signed with key 96F6A94A74033C13, security 3", or that there is no signature. */
export function textSignature(index: u32): void {
  if (!signatureIsGiven(index)) return textLiteral("no signature");
  textLiteral("signed with key ");
  textKeyId(signatureKeyId(index));
  textLiteral(", security ");
  textNumber(signatureSecurity(index));
}

/** Whether there is a signature, and what it says of who has made it. The device alone knows whether it is right. */
export function eventSignature(index: u32): void {
  eventBool("signed", signatureIsGiven(index));
  if (!signatureIsGiven(index)) return;
  eventTextBegin("keyId");
  textKeyId(signatureKeyId(index));
  eventTextEnd();
  eventNumber("security", signatureSecurity(index));
}
