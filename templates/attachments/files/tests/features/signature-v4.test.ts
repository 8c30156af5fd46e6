import { expect, it } from 'vitest';
import { presign } from '../../src/backend/attachments/signature-v4.ts';

const example = {
  region: 'us-east-1',
  accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
};
const at = new Date('2013-05-24T00:00:00.000Z');

it('C86 signs the example of the documentation as it says', () => {
  // https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html
  const url = new URL('https://examplebucket.s3.amazonaws.com/test.txt');
  expect(presign({ method: 'GET', url, at, seconds: 86_400 }, example)).toBe(
    'https://examplebucket.s3.amazonaws.com/test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404',
  );
});

it('C86 whatever is signed changes the signature', () => {
  const request = {
    method: 'PUT' as const,
    url: new URL('https://store.example.com/chat/key?a=1&b=(2)'),
    headers: { 'content-type': 'image/png' },
    at,
    seconds: 60,
  };
  const others = [
    { ...request, method: 'GET' as const },
    { ...request, url: new URL('https://store.example.com/chat/other?a=1&b=(2)') },
    { ...request, url: new URL('https://store.example.com/chat/key?a=1&b=(3)') },
    { ...request, url: new URL('https://elsewhere.example.com/chat/key?a=1&b=(2)') },
    { ...request, headers: { 'content-type': 'text/html' } },
    { ...request, headers: {} },
    { ...request, at: new Date('2013-05-24T00:00:01.000Z') },
    { ...request, seconds: 61 },
  ];
  const signatureOf = (one: typeof request | (typeof others)[number], by = example): string =>
    new URL(presign(one, by)).searchParams.get('X-Amz-Signature') ?? '';
  const signatures = [
    signatureOf(request),
    ...others.map((one) => signatureOf(one)),
    signatureOf(request, { ...example, region: 'eu-central-1' }),
    signatureOf(request, { ...example, secretAccessKey: 'another' }),
  ];
  expect(new Set(signatures).size).toBe(signatures.length);
  expect(presign(request, example)).toContain('?X-Amz-Algorithm='); // sorted by the bytes of names
  expect(presign(request, example)).toContain('&a=1&b=%282%29&X-Amz-Signature=');
});
