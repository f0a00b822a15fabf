import { describe, expect, it } from 'vitest';
import { Exchange, type ExchangeExports } from '../../host/core/exchange.ts';
import { loadCore } from '../../host/core/instance.ts';
import { wire } from './conversation.ts';

describe('an exchange', () => {
  const begun = (): Exchange => {
    const exchange = new Exchange(loadCore<ExchangeExports>(), 0xfffffffe);
    exchange.begin('inventory-request', { index: 0 });
    return exchange;
  };
  const busy = (id: number): Uint8Array => wire.encode('inventory-response', id, { completion: 'Busy' });

  it('repeats its request with the same id, later and later, until it gives up', () => {
    const exchange = begun();
    const sent: { readonly at: number; readonly id: number | undefined }[] = [];
    let now = 0xffffff00;
    const start = now;
    for (let step = exchange.next(now); step.action !== 'failed'; step = exchange.next(now)) {
      if (step.action === 'send') sent.push({ at: now - start, id: wire.decode(step.message).message?.id });
      if (step.action === 'wait') now += step.waitMs;
    }
    expect(exchange.next(now)).toEqual({ action: 'failed', status: 'TimedOut' });
    expect(sent.map(({ at }) => at)).toEqual([0, 500, 1500, 3500, 7500, 11_500, 15_500]);
    expect(new Set(sent.map(({ id }) => id))).toEqual(new Set([0xffffffff]));
  });

  it('takes only the response to its own request', () => {
    const exchange = begun();
    expect(exchange.deliver(busy(0xffffffff), 0)).toBe('UnexpectedType');
    exchange.next(0);
    expect(exchange.deliver(busy(0xfffffffe), 0)).toBe('UnexpectedType');
    expect(exchange.deliver(wire.encode('inventory-request', 0xffffffff, { index: 0 }), 0)).toBe('UnexpectedType');
    expect(exchange.deliver(wire.encode('status-response', 0xffffffff, { completion: 'Busy' }), 0)).toBe('UnexpectedType');
    expect(exchange.next(0).action).toBe('wait');
    expect(exchange.deliver(busy(0xffffffff), 0)).toBe('Ok');
    expect(exchange.next(0)).toMatchObject({ action: 'done', response: { fields: { completion: 'Busy' } } });
    expect(exchange.deliver(busy(0xffffffff), 0)).toBe('UnexpectedType');
  });

  it('fails with the reason when the body of its response is wrong', () => {
    const exchange = begun();
    exchange.next(0);
    expect(exchange.deliver(wire.frame(0x82, 0xffffffff, new Uint8Array(3)), 0)).toBe('Ok');
    expect(exchange.next(0)).toEqual({ action: 'failed', status: 'TooShort' });
  });

  it('has an id of its own for every request', () => {
    const exchange = begun();
    exchange.next(0);
    exchange.begin('inventory-request', { index: 1 });
    const step = exchange.next(0);
    expect(step.action === 'send' && wire.decode(step.message).message?.id).toBe(0);
  });
});
