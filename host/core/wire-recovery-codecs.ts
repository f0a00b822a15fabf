// Bodies of the recovery messages, made and read by the core's codecs. Those of blocks are in wire-recovery-blocks.ts.
import { readNumber, type CoreEnum, type CoreGlobals } from './flash-globals.ts';
import { fits, nameOf, numberOf, unsigned, type BodyCodec, type WireMemory, type WireMemoryExports } from './wire-memory.ts';
import { blockCodecs, type BlockCodecExports } from './wire-recovery-blocks.ts';
import type { DeclineReasonName, DonorClassName, RecoveryMessageName, RecoveryMessages, RecoveryReasonName, RecoveryResultName } from './wire-recovery-messages.ts';
import { namesOf } from './words.ts';

type Encoder = (body: number, ...fields: number[]) => number;
type Decoder = (body: number, size: number) => number;
type Capitalised = Capitalize<Exclude<RecoveryMessageName, 'ask' | 'digests' | 'blocks'>>;
type Variables =
  | `recoveryRequest${'Compatible' | 'Wanted' | 'Floor' | 'SlotSize' | 'Reason' | 'Round' | 'Nonce'}`
  | `recoveryOffer${'Donor' | 'Digest' | 'Security' | 'Size' | 'Class' | 'Load' | 'Rate' | 'Lives' | 'Nonce' | 'Port'}`
  | `recoveryAccept${'Digest' | 'Nonce' | 'Donor' | 'Next' | 'ChunkSize' | 'Window'}`
  | `recoveryDecline${'Digest' | 'Reason'}`
  | `recoveryStatement${'Nonce' | 'Signature' | 'ImageSize' | 'SignatureSize'}`
  | `recoveryAcknowledge${'Next' | 'Mask'}` | `recoveryData${'Offset' | 'Count' | 'Bytes'}` | 'recoveryDoneResult'
  | `recoveryReport${'Nonce' | 'Donor' | 'Before' | 'Digest' | 'Ms' | 'Bytes' | 'Result' | 'Reason'}`;

export type RecoveryCodecExports = WireMemoryExports & BlockCodecExports
  & CoreGlobals<Variables | 'COMPATIBLE_SIZE' | 'NONCE_SIZE' | 'DONOR_SIZE' | 'SIGNATURE_LIMIT' | 'MAXIMUM_CHUNK' | 'RECOVERY_DATA_SIZE'>
  & { readonly [Name in 'RecoveryReason' | 'DonorClass' | 'DeclineReason' | 'RecoveryResult']: CoreEnum }
  & { readonly [Name in `recovery${Capitalised}Encode`]: Encoder }
  & { readonly [Name in `recovery${Capitalised}Decode`]: Decoder };

export type RecoveryCodecs = { readonly [Name in RecoveryMessageName]: BodyCodec<RecoveryMessages[Name]> };

export function recoveryCodecs(core: RecoveryCodecExports, memory: WireMemory): RecoveryCodecs {
  const scratch = readNumber(core.SCRATCH);
  const [COMPATIBLE, NONCE, DONOR, DIGEST] = [core.COMPATIBLE_SIZE, core.NONCE_SIZE, core.DONOR_SIZE, core.DIGEST_SIZE].map(readNumber) as [number, number, number, number];
  /** Puts bytes into place `index` of the scratch buffer. */
  const put = (index: number, value: Uint8Array, size: number, field: string): number => {
    if (value.length !== size) throw new RangeError(`the field "${field}" of a message: expected ${size} bytes, got ${value.length}; no message was made`);
    memory.bytes(scratch + index * 64, size).set(value);
    return scratch + index * 64;
  };
  const get = (at: WebAssembly.Global, size: number): Uint8Array => memory.bytes(unsigned(at), size).slice();
  const reasons = namesOf(core.RecoveryReason), classes = namesOf(core.DonorClass), declines = namesOf(core.DeclineReason), results = namesOf(core.RecoveryResult);
  const body = memory.bodyAt;
  return {
    ...blockCodecs(core, memory),
    request: {
      encode: ({ compatible, wanted, floor, slotSize, reason, round, nonce }) => core.recoveryRequestEncode(
        body, put(0, compatible, COMPATIBLE, 'compatible'), put(1, wanted, COMPATIBLE, 'wanted'), fits(floor, 32, 'floor'), fits(slotSize, 32, 'slotSize'),
        numberOf(core.RecoveryReason, reason), fits(round, 8, 'round'), put(2, nonce, NONCE, 'nonce')),
      decode: (size) => core.recoveryRequestDecode(body, size),
      read: () => ({
        compatible: get(core.recoveryRequestCompatible, COMPATIBLE), wanted: get(core.recoveryRequestWanted, COMPATIBLE), floor: unsigned(core.recoveryRequestFloor),
        slotSize: unsigned(core.recoveryRequestSlotSize), reason: nameOf<RecoveryReasonName>(reasons, unsigned(core.recoveryRequestReason)),
        round: unsigned(core.recoveryRequestRound), nonce: get(core.recoveryRequestNonce, NONCE),
      }),
    },
    offer: {
      encode: (offer) => core.recoveryOfferEncode(
        body, put(0, offer.donor, DONOR, 'donor'), put(1, offer.digest, DIGEST, 'digest'), fits(offer.security, 32, 'security'), fits(offer.size, 32, 'size'),
        numberOf(core.DonorClass, offer.class), fits(offer.load, 8, 'load'), fits(offer.rate, 8, 'rate'), fits(offer.lives, 8, 'lives'),
        put(2, offer.nonce, NONCE, 'nonce'), fits(offer.port, 16, 'port')),
      decode: (size) => core.recoveryOfferDecode(body, size),
      read: () => ({
        donor: get(core.recoveryOfferDonor, DONOR), digest: get(core.recoveryOfferDigest, DIGEST), security: unsigned(core.recoveryOfferSecurity),
        size: unsigned(core.recoveryOfferSize), class: nameOf<DonorClassName>(classes, unsigned(core.recoveryOfferClass)), load: unsigned(core.recoveryOfferLoad),
        rate: unsigned(core.recoveryOfferRate), lives: unsigned(core.recoveryOfferLives), nonce: get(core.recoveryOfferNonce, NONCE), port: unsigned(core.recoveryOfferPort),
      }),
    },
    accept: {
      encode: ({ digest, nonce, donor, next, chunkSize, window }) => core.recoveryAcceptEncode(
        body, put(0, digest, DIGEST, 'digest'), put(1, nonce, NONCE, 'nonce'), put(2, donor, DONOR, 'donor'), fits(next, 32, 'next'), fits(chunkSize, 32, 'chunkSize'),
        fits(window, 16, 'window')),
      decode: (size) => core.recoveryAcceptDecode(body, size),
      read: () => ({
        digest: get(core.recoveryAcceptDigest, DIGEST), nonce: get(core.recoveryAcceptNonce, NONCE), donor: get(core.recoveryAcceptDonor, DONOR),
        next: unsigned(core.recoveryAcceptNext), chunkSize: unsigned(core.recoveryAcceptChunkSize), window: unsigned(core.recoveryAcceptWindow),
      }),
    },
    decline: {
      encode: ({ digest, reason }) => core.recoveryDeclineEncode(body, put(0, digest, DIGEST, 'digest'), numberOf(core.DeclineReason, reason)),
      decode: (size) => core.recoveryDeclineDecode(body, size),
      read: () => ({ digest: get(core.recoveryDeclineDigest, DIGEST), reason: nameOf<DeclineReasonName>(declines, unsigned(core.recoveryDeclineReason)) }),
    },
    statement: {
      encode: ({ nonce, imageSize, signature }) => {
        const limit = readNumber(core.SIGNATURE_LIMIT);
        if (signature.length === 0 || signature.length > limit) throw new RangeError(`a signature: expected 1 to ${limit} bytes, got ${signature.length}; no message was made`);
        return core.recoveryStatementEncode(body, put(0, nonce, NONCE, 'nonce'), fits(imageSize, 32, 'imageSize'), memory.signature(signature), signature.length);
      },
      decode: (size) => core.recoveryStatementDecode(body, size),
      read: () => ({
        nonce: get(core.recoveryStatementNonce, NONCE), imageSize: unsigned(core.recoveryStatementImageSize),
        signature: get(core.recoveryStatementSignature, unsigned(core.recoveryStatementSignatureSize)),
      }),
    },
    acknowledge: {
      encode: ({ next, mask }) => core.recoveryAcknowledgeEncode(body, fits(next, 32, 'next'), fits(mask, 32, 'mask')),
      decode: (size) => core.recoveryAcknowledgeDecode(body, size),
      read: () => ({ next: unsigned(core.recoveryAcknowledgeNext), mask: unsigned(core.recoveryAcknowledgeMask) }),
    },
    data: {
      encode: ({ offset, bytes }) => {
        const limit = readNumber(core.MAXIMUM_CHUNK);
        if (bytes.length === 0 || bytes.length > limit) throw new RangeError(`a chunk: expected 1 to ${limit} bytes, got ${bytes.length}; no message was made`);
        memory.bytes(body + readNumber(core.RECOVERY_DATA_SIZE), bytes.length).set(bytes);
        return core.recoveryDataEncode(body, fits(offset, 32, 'offset'), bytes.length);
      },
      decode: (size) => core.recoveryDataDecode(body, size),
      read: () => ({ offset: unsigned(core.recoveryDataOffset), bytes: get(core.recoveryDataBytes, unsigned(core.recoveryDataCount)) }),
    },
    done: {
      encode: ({ result }) => core.recoveryDoneEncode(body, numberOf(core.RecoveryResult, result)),
      decode: (size) => core.recoveryDoneDecode(body, size),
      read: () => ({ result: nameOf<RecoveryResultName>(results, unsigned(core.recoveryDoneResult)) }),
    },
    report: {
      encode: (report) => core.recoveryReportEncode(
        body, put(0, report.nonce, NONCE, 'nonce'), put(1, report.donor, DONOR, 'donor'), put(2, report.before, DIGEST, 'before'), put(3, report.digest, DIGEST, 'digest'),
        fits(report.ms, 32, 'ms'), fits(report.bytes, 32, 'bytes'), numberOf(core.RecoveryResult, report.result), numberOf(core.RecoveryReason, report.reason)),
      decode: (size) => core.recoveryReportDecode(body, size),
      read: () => ({
        nonce: get(core.recoveryReportNonce, NONCE), donor: get(core.recoveryReportDonor, DONOR), before: get(core.recoveryReportBefore, DIGEST),
        digest: get(core.recoveryReportDigest, DIGEST), ms: unsigned(core.recoveryReportMs), bytes: unsigned(core.recoveryReportBytes),
        result: nameOf<RecoveryResultName>(results, unsigned(core.recoveryReportResult)), reason: nameOf<RecoveryReasonName>(reasons, unsigned(core.recoveryReportReason)),
      }),
    },
  };
}
