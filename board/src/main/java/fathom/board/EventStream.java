package fathom.board;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import fathom.board.http.Responses;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Deque;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The state of all runs and its changes, as server-sent events: {@code run}, {@code steps}, {@code gone}, {@code
 * complete}.
 */
final class EventStream implements HttpHandler {
    /** The oldest page is dropped for one more. */
    private static final int MOST_CLIENTS = 64;

    /** A client that reads so slowly is dropped; its browser connects again. */
    private static final long MOST_WAITING_BYTES = 64 << 20;

    /** Seconds until a comment is sent, which finds out whether the client is still there. */
    private static final int HEARTBEAT = 10;

    private final RunWatcher watcher;
    private final Deque<Client> clients = new ConcurrentLinkedDeque<>();

    EventStream(RunWatcher watcher) {
        this.watcher = watcher;
    }

    @Override
    public void handle(HttpExchange exchange) throws IOException {
        if (!exchange.getRequestURI().getPath().equals("/events") || exchange.getRequestMethod().equals("HEAD")) {
            Responses.error(exchange, 404, "there is no such page");
            return;
        }
        var client = new Client();
        clients.add(client);
        if (clients.size() > MOST_CLIENTS) {
            clients.removeFirst().drop(); // gone without a word, as a rule
        }
        try {
            exchange.getResponseHeaders().set("Content-Type", "text/event-stream; charset=utf-8");
            exchange.sendResponseHeaders(200, 0);
            watcher.add(client);
            client.sendTo(exchange.getResponseBody());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // the board is closed
        } finally {
            watcher.remove(client);
            clients.remove(client);
        }
    }

    private static final class Client implements RunWatcher.Listener {
        private final LinkedBlockingQueue<byte[]> queue = new LinkedBlockingQueue<>();
        private final AtomicLong waiting = new AtomicLong();
        private volatile boolean isDropped;
        private boolean hasNews = true;

        private void put(String event, String data) {
            if (waiting.get() > MOST_WAITING_BYTES) {
                drop();
                return;
            }
            byte[] bytes = "event: %s\ndata: %s\n\n".formatted(event, data).getBytes(StandardCharsets.UTF_8);
            waiting.addAndGet(bytes.length);
            queue.add(bytes);
            hasNews = true;
        }

        void drop() {
            isDropped = true;
            queue.clear();
            queue.add(new byte[0]); // wakes it
        }

        @Override
        public void run(BoardRun run) {
            put("run", RunJson.run(run));
        }

        @Override
        public void steps(BoardRun run, int from) {
            put("steps", RunJson.steps(run, from));
        }

        @Override
        public void gone(BoardRun run) {
            put("gone", RunJson.gone(run));
        }

        @Override
        public void complete() {
            if (hasNews) {
                put("complete", "{}");
                hasNews = false;
            }
        }

        /** Sends events until the client is gone, which shows when it is written to. */
        void sendTo(OutputStream out) throws IOException, InterruptedException {
            while (!isDropped) {
                byte[] next = queue.poll(HEARTBEAT, TimeUnit.SECONDS);
                if (next == null) {
                    out.write(":\n\n".getBytes(StandardCharsets.US_ASCII));
                } else {
                    out.write(next);
                    waiting.addAndGet(-next.length);
                }
                if (queue.isEmpty()) {
                    out.flush();
                }
            }
        }
    }
}
