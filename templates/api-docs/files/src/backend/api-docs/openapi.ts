import type { z } from 'zod';
import { pathOf, type RouteContract } from '../../contract/define.ts';
import { problem, type ProblemCode } from '../../contract/errors.ts';
import { routes } from '../../contract/index.ts';
import { about, tagOf } from './about.ts';
import { createComponents, type Components, type JsonSchema } from './components.ts';
import { problemsOfRoute } from './problems.ts';

type Json = Record<string, unknown>;

const retryAfter = {
  'Retry-After': {
    description: 'Seconds after which a retry makes sense.',
    schema: { type: 'integer', minimum: 1 },
  },
};

/**
 * The routes of the contract as an OpenAPI document.
 *
 * @see https://spec.openapis.org/oas/v3.1.1.html
 */
export function createOpenApi() {
  const components = createComponents();
  const problemSchema = components.describe(problem, 'output');
  const paths: Record<string, Json> = {};
  const responses: Record<string, Json> = {
    problem: problemResponse('Any other problem', problemSchema),
  };
  for (const [operationId, route] of Object.entries<RouteContract>(routes)) {
    const path = pathOf(route).replaceAll(/:(\w+)/g, '{$1}');
    const problems = [...problemsOfRoute(route)];
    const operation = { operationId, ...operationOf(route, problems, components) };
    paths[path] = { ...paths[path], [route.method]: operation };
    // Routes with the same problems share an entry.
    for (const [, codes] of problems) responses[nameOf(codes)] = refusal(codes, problemSchema);
  }
  return {
    openapi: '3.1.1',
    info: about,
    servers: [{ url: '/' }],
    security: [{ accessToken: [] }],
    paths,
    components: {
      schemas: components.schemas,
      responses,
      securitySchemes: {
        accessToken: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' },
      },
    },
  };
}

type Problems = readonly (readonly [status: number, codes: readonly ProblemCode[]])[];

function operationOf(route: RouteContract, problems: Problems, components: Components): Json {
  const refusals = problems.map(([status, codes]) => [
    status,
    { $ref: `#/components/responses/${nameOf(codes)}` },
  ]);
  return {
    summary: route.summary,
    tags: [tagOf(route)],
    ...(route.public ? { security: [] } : {}),
    ...parametersOf(route, components),
    ...bodyOf(route, components),
    responses: {
      ...answersOf(route, components),
      ...Object.fromEntries(refusals),
      default: { $ref: '#/components/responses/problem' },
    },
  };
}

const nameOf = (codes: readonly ProblemCode[]): string => codes.join('.');

function refusal(codes: readonly ProblemCode[], schema: JsonSchema): Json {
  const retries = codes.some((code) => code === 'rate-limited' || code === 'unavailable');
  return {
    ...problemResponse(codes.join(', '), schema),
    ...(retries ? { headers: retryAfter } : {}),
  };
}

/**
 * What a query may hold. All of it is text in a URL; where a number is read out of that text, the
 * number is described.
 */
export function describeQuery(query: z.ZodObject, components: Components): JsonSchema {
  const sent = components.describe(query, 'input');
  const read = components.describe(query, 'output').properties ?? {};
  const properties = Object.entries(sent.properties ?? {}).map(([name, schema]) => [
    name,
    read[name]?.type === 'integer' ? read[name] : schema,
  ]);
  return { ...sent, properties: Object.fromEntries(properties) as Record<string, JsonSchema> };
}

function parametersOf(route: RouteContract, components: Components): Json {
  const parts = {
    path: route.params && components.describe(route.params, 'input'),
    query: route.query && describeQuery(route.query, components),
  };
  const parameters = Object.entries(parts).flatMap(([place, part]) =>
    Object.entries(part?.properties ?? {}).map(([name, { description, ...schema }]) => ({
      name,
      in: place,
      required: part?.required?.includes(name) ?? false,
      ...(description === undefined ? {} : { description }),
      schema,
    })),
  );
  return parameters.length > 0 ? { parameters } : {};
}

function bodyOf(route: RouteContract, components: Components): Json {
  if (route.body === undefined) return {};
  const schema = components.describe(route.body, 'input');
  const required = !route.body.safeParse(undefined).success;
  return { requestBody: { required, content: { 'application/json': { schema } } } };
}

function answersOf(route: RouteContract, components: Components): Json {
  const answers = Object.entries(route.answers).map(([status, schema]) => [
    status,
    schema === null
      ? { description: 'Done' }
      : {
          description: status === '201' ? 'Created' : 'The answer',
          content: { 'application/json': { schema: components.describe(schema, 'output') } },
        },
  ]);
  return Object.fromEntries(answers) as Json;
}

const problemResponse = (description: string, schema: JsonSchema): Json => ({
  description,
  content: { 'application/problem+json': { schema } },
});
