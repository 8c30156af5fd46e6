import { feathers } from '@feathersjs/feathers';
import { koa } from '@feathersjs/koa';
import { MongoDBService } from '@feathersjs/mongodb';
import socketio from '@feathersjs/socketio';
import { MongoClient, ObjectId } from 'mongodb';

// feathers-chat as its guide builds it: services on MongoDB, the sender joined in by a hook, each message
// published to the channel of its room. It has packages of its own, which bench/obtain.js installs.
const client = new MongoClient(process.env.MONGODB_URI, { writeConcern: { w: 'majority' } });
const database = (await client.connect()).db();
const app = koa(feathers());
const serviceOf = (name) =>
  new MongoDBService({
    Model: Promise.resolve(database.collection(name)),
    paginate: { default: 10, max: 50 },
  });

app.configure(socketio((io) => void io.on('connection', welcome)));
app.use('users', serviceOf('users'));
app.use('messages', serviceOf('messages'));
app.service('messages').hooks({
  before: {
    create: [
      async (context) => {
        const { _id } = context.params.user;
        context.data = { ...context.data, userId: _id, createdAt: Date.now() };
      },
    ],
  },
  after: {
    create: [
      async (context) => {
        context.result.user = await app.service('users').get(context.result.userId);
      },
    ],
  },
});
app.service('messages').publish('created', (message) => app.channel(message.conversationId));

function welcome(socket) {
  const { user, rooms } = JSON.parse(socket.handshake.auth.token);
  const params = { provider: 'socketio', user: { _id: new ObjectId(user) } };
  for (const room of rooms) app.channel(room).join(socket.feathers);
  socket.on('message:send', ({ conversationId, id, content }, acknowledge) => {
    const data = { conversationId, messageId: id, text: content };
    app
      .service('messages')
      .create(data, { ...params, connection: socket.feathers })
      .then(
        (message) => acknowledge({ ok: true, data: { message } }),
        () => acknowledge({ ok: false }),
      );
  });
  socket.emit('ready');
}

const server = await app.listen(0, '127.0.0.1');
const say = () => console.log(JSON.stringify({ address: server.address() }));
if (server.listening) say();
else server.once('listening', say);
