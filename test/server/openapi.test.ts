import { expect, test } from 'vitest';
import { COMMANDS } from '../../main/contract/commands.ts';
import { ServerDesk } from '../kit/server.ts';

type Json = Record<string, unknown>;
type Operation = {
  readonly operationId: string;
  readonly responses: Json;
  readonly requestBody?: Json;
  readonly parameters: Json[];
};

test('describes every route there is, and none that is not', async () => {
  const desk = await ServerDesk.open();
  const described = await desk.json<{ paths: Record<string, Record<string, Operation>> }>(
    '/api/v1/openapi.json',
  );
  const operations = Object.entries(described.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method: method.toUpperCase(), operation })),
  );
  const ids = operations.map(({ operation }) => operation.operationId);
  expect(new Set(ids).size).toBe(ids.length);
  for (const command of Object.keys(COMMANDS)) expect(ids).toContain(command);
  for (const { path, method } of operations) {
    const answer = await desk.fetch(path.replace(/\{\w+\}/g, 'x'), { method });
    const text = await answer.text();
    expect(text.includes('no such address'), `${method} ${path}`).toBe(false);
  }
});

test('every reference in it leads somewhere, and its shapes are those of the contract', async () => {
  const desk = await ServerDesk.open();
  const described = await desk.json('/api/v1/openapi.json');
  expect(described).toMatchObject({ openapi: '3.1.0', info: { title: 'Satchel', version: '1.2.3' } });
  const { schemas } = described['components'] as { schemas: Record<string, Json> };
  const references = [...JSON.stringify(described).matchAll(/"\$ref":"([^"]+)"/g)].map(([, to]) => to ?? '');
  expect(references.length).toBeGreaterThan(20);
  for (const to of references)
    expect(Object.keys(schemas)).toContain(to.replace('#/components/schemas/', ''));
  expect((schemas['Task'] as { properties: Json }).properties).toHaveProperty('etaSeconds');
  expect((schemas['Problem'] as { required: string[] }).required).toEqual([
    'type',
    'title',
    'status',
    'code',
    'next',
    'instance',
  ]);
});

test('can be read on a page that reaches nobody else', async () => {
  const desk = await ServerDesk.open();
  expect(await desk.problem('/api/v1/docs', { token: null })).toBe('401 unauthorized');
  const page = await desk.fetch('/api/v1/docs');
  expect(page.headers.get('content-security-policy')).toContain("script-src 'self'");
  const html = await page.text();
  const parts = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, path]) => path ?? '');
  expect(parts).toHaveLength(3);
  for (const path of parts) {
    const answer = await desk.fetch(path);
    expect(answer.status, path).toBe(200);
    expect((await answer.text()).length).toBeGreaterThan(50);
  }
  expect(html).not.toMatch(/https?:\/\//);
});
