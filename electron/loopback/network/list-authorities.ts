// A separate worker, because on a managed Mac the system takes up to a minute to respond, and the
// call blocks its thread (nodejs/node#63313).
import { getCACertificates } from 'node:tls'
import { parentPort } from 'node:worker_threads'

parentPort?.postMessage(getCACertificates('system'))
