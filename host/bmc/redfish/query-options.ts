// The query options of a GET (DSP0266 "Query parameters"): $expand of one level, $select, $skip, $top and only. The
// service root advertises exactly these.
import { refusal } from './redfish-error.ts';

export type Resource = Record<string, unknown>;

export interface QueryOptions {
  readonly isExpanded: boolean;
  readonly isOnly: boolean;
  readonly skip: number;
  readonly top: number | undefined;
  /** Paths of properties: `Name`, `Status/Health`. */
  readonly select: readonly string[] | undefined;
}

/** What `ProtocolFeaturesSupported` of the service root says. */
export const SUPPORTED_FEATURES = {
  ExcerptQuery: false,
  FilterQuery: false,
  SelectQuery: true,
  OnlyMemberQuery: true,
  TopSkipQuery: true,
  ExpandQuery: { ExpandAll: false, Levels: true, Links: false, NoLinks: true, MaxLevels: 1 },
  DeepOperations: { DeepPATCH: false, DeepPOST: false },
};

/** Resources that one `$expand` fetches at most; what is beyond stays a link. */
const EXPAND_LIMIT = 64;
/** Members in one answer; the rest is behind `Members@odata.nextLink`. */
export const PAGE_SIZE = 200;

/** Undefined when there are none. Others that begin with `$` are refused; strangers are none of ours. */
export function queryOptionsIn(query: Readonly<Record<string, unknown>>): QueryOptions | undefined {
  const names = Object.keys(query).filter((name) => name.startsWith('$') || name === 'only' || name === 'excerpt');
  if (names.length === 0) return undefined;
  for (const name of names) {
    if (!['$expand', '$select', '$skip', '$top', 'only'].includes(name)) throw refusal(501, 'QueryParameterUnsupported', [name]);
    if (typeof query[name] !== 'string') throw refusal(400, 'QueryParameterValueFormatError', [JSON.stringify(query[name]), name]);
  }
  if ('only' in query && names.length > 1) throw refusal(400, 'QueryCombinationInvalid');
  const text = query as Readonly<Record<string, string>>;
  return {
    isExpanded: isExpanded(text['$expand']), isOnly: 'only' in query, skip: numberIn(text, '$skip') ?? 0, top: numberIn(text, '$top'), select: selectionIn(text['$select']),
  };
}

function isExpanded(value: string | undefined): boolean {
  if (value === undefined) return false;
  if (/^\.(\(\$levels=1\))?$/.test(value)) return true;
  throw refusal(/^[*~.](\(\$levels=\d+\))?$/.test(value) ? 501 : 400, 'QueryParameterValueFormatError', [value, '$expand'], {
    resolution: 'Use $expand=. or $expand=.($levels=1).',
  });
}

function numberIn(query: Readonly<Record<string, string>>, name: string): number | undefined {
  const value = query[name];
  if (value === undefined) return undefined;
  if (!/^\d{1,9}$/.test(value)) throw refusal(400, 'QueryParameterValueFormatError', [value, name]);
  return Number(value);
}

function selectionIn(value: string | undefined): string[] | undefined {
  if (value === undefined) return undefined;
  const paths = value.split(',').map((path) => path.trim());
  if (paths.every((path) => /^[A-Za-z@][\w.@]*(\/[A-Za-z@][\w.@]*)*$/.test(path))) return paths;
  throw refusal(400, 'QueryParameterValueFormatError', [value, '$select']);
}

/** One page of a collection's members. */
export function page(resource: Resource, options: QueryOptions | undefined): Resource {
  const members = resource['Members'];
  if (!Array.isArray(members)) {
    if (options?.isOnly === true || options?.top !== undefined || (options?.skip ?? 0) > 0) throw refusal(400, 'QueryNotSupportedOnResource');
    return resource;
  }
  const { skip = 0, top = Infinity } = options ?? {};
  const end = Math.min(skip + Math.min(top, PAGE_SIZE), members.length);
  if (skip === 0 && end === members.length) return resource;
  const isCut = top > PAGE_SIZE && end < members.length;
  const left = top === Infinity ? '' : `&$top=${top - PAGE_SIZE}`;
  const next = isCut ? { 'Members@odata.nextLink': `${String(resource['@odata.id'])}?$skip=${end}${left}` } : {};
  return { ...resource, Members: members.slice(skip, end), ...next };
}

/** Of the resource what was asked for, and its annotations. */
export function selected(resource: Resource, paths: readonly string[]): Resource {
  const isNamed = (name: string): boolean => name.startsWith('@odata.') || name.startsWith('Members') || paths.some((path) => path === name || path.startsWith(`${name}/`));
  return Object.fromEntries(Object.entries(resource).filter(([name]) => isNamed(name)).map(([name, value]) => {
    const below = paths.filter((path) => path.startsWith(`${name}/`)).map((path) => path.slice(name.length + 1));
    const isWhole = paths.includes(name) || below.length === 0 || typeof value !== 'object' || value === null || Array.isArray(value);
    return [name, isWhole ? value : selected(value as Resource, below)];
  }));
}

/** The paths of the links in a resource that `$expand=.` follows, those under `Links` left out. */
export function linksIn(value: unknown, found: string[] = []): string[] {
  if (Array.isArray(value)) for (const one of value) linksIn(one, found);
  else if (isLink(value)) found.push(value['@odata.id']);
  else if (typeof value === 'object' && value !== null) {
    for (const [name, one] of Object.entries(value)) if (name !== 'Links' && name !== 'Actions') linksIn(one, found);
  }
  return found.slice(0, EXPAND_LIMIT);
}

/** The same with resources in the place of their links. */
export function withResources(value: unknown, resources: ReadonlyMap<string, Resource>): unknown {
  if (Array.isArray(value)) return value.map((one) => withResources(one, resources));
  if (isLink(value)) return resources.get(value['@odata.id']) ?? value;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, name === 'Links' || name === 'Actions' ? one : withResources(one, resources)]));
}

function isLink(value: unknown): value is { readonly '@odata.id': string } {
  if (typeof value !== 'object' || value === null) return false;
  const { '@odata.id': path } = value as Record<string, unknown>;
  return typeof path === 'string' && path.startsWith('/redfish/') && Object.keys(value).length === 1;
}
