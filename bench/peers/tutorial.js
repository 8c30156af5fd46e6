import { createServer } from 'node:http';
import mongoose, { Schema } from 'mongoose';
import { Server } from 'socket.io';

// The chat of the tutorials: find the conversation, create the message, populate its sender, emit.
const User = mongoose.model('User', new Schema({ username: String }));
const Conversation = mongoose.model(
  'Conversation',
  new Schema({ members: [{ type: Schema.Types.ObjectId, ref: 'User' }] }, { timestamps: true }),
);
const Message = mongoose.model(
  'Message',
  new Schema(
    {
      conversation: {
        type: Schema.Types.ObjectId,
        ref: 'Conversation',
        required: true,
        index: true,
      },
      sender: { type: Schema.Types.ObjectId, ref: User.modelName, required: true },
      content: { type: String, required: true, trim: true },
    },
    { timestamps: true },
  ),
);

await mongoose.connect(process.env.MONGODB_URI, { writeConcern: { w: 'majority' } });
await Message.init();
const http = createServer();
const io = new Server(http);

io.on('connection', (socket) => {
  const { user, rooms } = JSON.parse(socket.handshake.auth.token);
  void socket.join(rooms);
  socket.on('message:send', async ({ conversationId, id, content }, acknowledge) => {
    const conversation = await Conversation.findById(conversationId);
    if (!conversation?.members.some((member) => member.equals(user)))
      return acknowledge({ ok: false });
    const created = await Message.create({ conversation: conversationId, sender: user, content });
    const message = await created.populate('sender', 'username');
    io.to(conversationId).emit('message:created', { ...message.toJSON(), id });
    acknowledge({ ok: true, data: { message } });
  });
  socket.emit('ready');
});

http.listen(0, '127.0.0.1', () => console.log(JSON.stringify({ address: http.address() })));
