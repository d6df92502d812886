// A stand-in for the package server that onnxruntime-node's install script asks, in a process of its own: the script is waited for without a turn.

import { createServer } from 'node:http';

/** What the server does with the package. */
export type Behaviour = 'serves' | 'breaks-off' | 'has-none';

export interface Message {
  port?: number;
  asked?: string[];
}

const json = { 'content-type': 'application/json' };

if (process.send) {
  let body = Buffer.alloc(0);
  let behaviour: Behaviour = 'serves';
  let asked: string[] = [];
  process.on('message', (order: { behaviour: Behaviour; bodyBase64: string } | 'what-was-asked') => {
    if (order === 'what-was-asked') return process.send?.({ asked });
    body = Buffer.from(order.bodyBase64, 'base64');
    behaviour = order.behaviour;
    asked = [];
    return process.send?.({ asked });
  });
  const server = createServer(({ url = '' }, response) => {
    asked.push(url);
    const address = 'https://api.nuget.org/v3-flatcontainer/';
    if (url === '/v3/index.json')
      response.writeHead(200, json).end(`{"resources":[{"@type":"PackageBaseAddress/3.0.0","@id":"${address}"}]}`);
    else if (url.endsWith('/index.json'))
      response
        .writeHead(200, json)
        .end(behaviour === 'has-none' ? '{"versions":["0.1.0"]}' : '{"versions":["1.30.0"]}');
    else if (behaviour === 'serves') response.writeHead(200, { 'content-length': body.byteLength }).end(body);
    else {
      response.writeHead(200, { 'content-length': body.byteLength });
      response.write(body.subarray(0, body.byteLength >> 1), () => response.destroy());
    }
  });
  server.listen(0, '127.0.0.1', () => {
    const address = server.address();
    if (address && typeof address === 'object') process.send?.({ port: address.port });
  });
}
