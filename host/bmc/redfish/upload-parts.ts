// The parts of a multipart push (DSP0266 "Software update"): UpdateParameters, UpdateFile, and OemFerrySignature, which
// is a .minisig file. The file goes to the spool while it comes; the other two are small.
import type { Multipart } from '@fastify/multipart';
import type { FastifyRequest } from 'fastify';
import { MAXIMUM_FILE_SIZE } from '../../trust/text-lines.ts';
import { type Body, objectBody } from './request-body.ts';
import { RedfishError, refusal } from './redfish-error.ts';
import { readSmall, type SpooledFile, Stalled, TooLarge } from './upload-spool.ts';

/** The small parts. */
const PARAMETERS_LIMIT = 64 * 1024;
/** Between two parts. */
const SILENCE_MS = 30_000;
const PARTS = ['UpdateParameters', 'UpdateFile', 'OemFerrySignature'];

export interface UploadParts {
  readonly fileName: string;
  readonly parameters: Body;
  readonly signature: Uint8Array | undefined;
}

/** Reads a whole upload; the file lies in the spool afterwards. Throws a `RedfishError` for everything that is wrong with it. */
export async function receiveParts(request: FastifyRequest, file: SpooledFile, limit: number): Promise<UploadParts> {
  let fileName: string | undefined;
  let parameters: Body | undefined;
  let signature: Uint8Array | undefined;
  try {
    const limits = { fileSize: limit + 1, files: PARTS.length, fields: PARTS.length, parts: PARTS.length, fieldSize: PARAMETERS_LIMIT, headerPairs: 32 };
    const parts = request.parts({ limits });
    for (let next = await soon(parts.next()); next.done !== true; next = await soon(parts.next())) {
      const part = next.value;
      if (!PARTS.includes(part.fieldname)) throw malformed(`expected the parts ${PARTS.join(', ')}, got ${JSON.stringify(part.fieldname.slice(0, 64))}`);
      if (part.fieldname === 'UpdateFile') {
        if (fileName !== undefined) throw malformed('expected one part UpdateFile, got two');
        if (part.type !== 'file') throw malformed('expected UpdateFile as a file (a content type other than text, or a file name), got a field');
        fileName = nameOf(part.filename);
        await file.receive(part.file, limit);
      } else if (part.fieldname === 'UpdateParameters') {
        parameters = parametersIn(part.type === 'file' ? (await readSmall(part.file, PARAMETERS_LIMIT)).toString('utf8') : part.value);
      } else {
        signature = part.type === 'file' ? await readSmall(part.file, MAXIMUM_FILE_SIZE) : Buffer.from(String((part as { value: unknown }).value), 'utf8');
      }
    }
  } catch (error) {
    throw uploadRefusal(error, limit);
  }
  if (fileName === undefined || parameters === undefined) throw malformed(`expected the parts UpdateParameters and UpdateFile, got no ${fileName === undefined ? 'UpdateFile' : 'UpdateParameters'}`);
  return { fileName, parameters, signature };
}

/** Refuses a body of another kind before it comes. */
export function refuseOtherBody(contentType: string | undefined): void {
  if (contentType?.toLowerCase().startsWith('multipart/form-data') === true) return;
  throw malformed(`expected multipart/form-data with the parts ${PARTS.slice(0, 2).join(' and ')}, got ${JSON.stringify((contentType ?? 'nothing').slice(0, 64))}`, 415);
}

/** What was wrong with an upload or a download, as the client is told. */
export function uploadRefusal(error: unknown, limit: number): RedfishError {
  if (error instanceof RedfishError) return error;
  const { code, message = '' } = error as NodeJS.ErrnoException;
  if (error instanceof TooLarge || code === 'FST_REQ_FILE_TOO_LARGE') {
    const most = error instanceof TooLarge ? error.limit : limit;
    return refusal(413, 'PayloadTooLarge', [], { resolution: `Expected at most ${most} bytes${most === limit ? ' (MaxImageSizeBytes)' : ''}, got more; nothing was changed.` });
  }
  if (error instanceof Stalled) return malformed(`${error.message}`, 408);
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return refusal(507, 'InsufficientStorage', [], { resolution: 'The disk of the controller has no room for the image; nothing was changed. Make room, then send it again.' });
  }
  if (code === 'FST_INVALID_JSON_FIELD_ERROR') return refusal(400, 'MalformedJSON');
  // What the operating system says is a fault on this side; the rest is the parser's.
  if (typeof (error as NodeJS.ErrnoException).errno === 'number') return refusal(500, 'InternalError', [], { resolution: `The image can not be stored: ${message}; nothing was changed.` });
  return malformed(message);
}

function malformed(what: string, status = 400): RedfishError {
  return refusal(status, 'MissingOrMalformedPart', [], { resolution: `The upload: ${what}; nothing was changed.` });
}

function parametersIn(value: unknown): Body {
  if (typeof value !== 'string') return objectBody(value, true);
  try {
    return objectBody(JSON.parse(value), true);
  } catch (error) {
    if (error instanceof RedfishError) throw error;
    throw refusal(400, 'MalformedJSON');
  }
}

/** A file's name for messages: without its directories, short and printable. */
function nameOf(name: string | undefined): string {
  const base = (name ?? '').split(/[/\\]/).at(-1)?.replace(/[^\x21-\x7e]/g, '_').slice(0, 64);
  return base === undefined || base === '' ? 'UpdateFile' : base;
}

async function soon(next: Promise<IteratorResult<Multipart>>): Promise<IteratorResult<Multipart>> {
  let timer: NodeJS.Timeout | undefined;
  const silence = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Stalled(SILENCE_MS / 1000)), SILENCE_MS);
  });
  try {
    return await Promise.race([next, silence]);
  } finally {
    clearTimeout(timer);
  }
}
