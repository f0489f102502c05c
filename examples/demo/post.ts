import http from 'node:http';

const TIMEOUT_MS = 10_000;

/** A POST without a body to a service on this machine. Throws unless the answer is a success. */
export async function post(port: number, path: string): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    const request = http.request({ host: '127.0.0.1', port, path, method: 'POST', signal }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        text += chunk;
      });
      response.on('end', () => {
        const status = response.statusCode ?? 0;
        if (status >= 200 && status < 300) resolve();
        else reject(new Error(`POST ${path} was answered with ${status} ${text}`.trim()));
      });
      response.on('error', reject);
    });
    request.on('error', reject);
    request.end();
  });
}
