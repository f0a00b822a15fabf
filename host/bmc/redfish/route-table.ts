// All routes with what each asks for: for `Allow`, and for whoever wants to check every one.
import type { FastifyInstance } from 'fastify';
import type { Access } from './privilege.ts';

export interface ListedRoute {
  readonly method: string;
  /** With `:name` for what differs. */
  readonly url: string;
  readonly access: Access;
}

export class RouteTable {
  readonly #routes: { readonly route: ListedRoute; readonly pattern: RegExp }[] = [];

  /** Has to be called before routes are added. */
  constructor(app: FastifyInstance) {
    app.addHook('onRoute', ({ method, url, config }) => {
      const { access } = config ?? {};
      if (access === undefined) throw new Error(`${url}: expected config.access, which says who may use the route`);
      for (const one of [method].flat()) this.#routes.push({ route: { method: one, url, access }, pattern: patternOf(url) });
    });
  }

  list(): readonly ListedRoute[] {
    return this.#routes.map(({ route }) => route);
  }

  /** The methods of a route, by what it was added with. */
  methodsAt(url: string): readonly string[] {
    return [...new Set(this.#routes.filter(({ route }) => route.url === url).map(({ route }) => route.method))];
  }

  /** The methods of a path, whatever its parameters. */
  methodsOf(path: string): readonly string[] {
    return [...new Set(this.#routes.filter(({ pattern }) => pattern.test(path)).map(({ route }) => route.method))];
  }
}

function patternOf(url: string): RegExp {
  const parts = url.replace(/\/$/, '').split('/').map((part) => {
    if (part === '*') return '.*';
    return part.startsWith(':') ? '[^/]+' : part.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
  });
  return new RegExp(`^${parts.join('/')}/?$`);
}
