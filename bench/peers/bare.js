import { createServer } from 'node:http';
import { Server } from 'socket.io';

// The same fan-out on Socket.IO as it comes: no token, no database, no check. A token is the rooms.
const http = createServer();
const io = new Server(http);
const heads = new Map();

io.on('connection', (socket) => {
  const { user, rooms } = JSON.parse(socket.handshake.auth.token);
  void socket.join(rooms);
  socket.on('message:send', ({ conversationId, id, content }, acknowledge) => {
    const seq = (heads.get(conversationId) ?? 0) + 1;
    heads.set(conversationId, seq);
    const message = {
      id,
      conversationId,
      seq,
      rev: 0,
      sender: user,
      content,
      timestamp: new Date().toISOString(),
      editedAt: null,
      deletedAt: null,
    };
    io.to(conversationId).emit('message:created', message);
    acknowledge({ ok: true, data: { message, duplicate: false } });
  });
  socket.emit('ready');
});

http.listen(0, '127.0.0.1', () => console.log(JSON.stringify({ address: http.address() })));
