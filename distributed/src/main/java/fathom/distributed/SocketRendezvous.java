package fathom.distributed;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** How the processes of a {@link SocketProcessGroup} find each other. */
final class SocketRendezvous {
    /** Begins each connection: the letters FATH. */
    private static final int MAGIC = 0x46415448;

    private static final int HELLO_BYTES = 16;

    /** Milliseconds for the greeting of a process that has connected; strangers may connect and say nothing. */
    private static final int GREETING = 5000;

    private static final int RETRY_MILLIS = 50;

    private SocketRendezvous() {}

    /** {@return a number for the job of so many processes at an address, so that jobs are not mixed up} */
    static long job(InetSocketAddress master, int size) {
        return 31L * master.getPort() + size;
    }

    /** {@return the addresses of all processes, which rank 0 collects} */
    static List<InetSocketAddress> meet(
            int rank, int size, InetSocketAddress master, ServerSocketChannel own, Duration timeout)
            throws IOException {
        int port = ((InetSocketAddress) own.getLocalAddress()).getPort();
        long end = System.nanoTime() + timeout.toNanos();
        return rank == 0 ? collect(size, master, port, end) : ask(rank, size, master, port, end);
    }

    private static List<InetSocketAddress> collect(int size, InetSocketAddress master, int port, long end)
            throws IOException {
        var addresses = new @Nullable InetSocketAddress[size];
        addresses[0] = new InetSocketAddress(master.getAddress(), port);
        var waiting = new ArrayList<SocketChannel>();
        try (var server = ServerSocketChannel.open()) {
            server.setOption(StandardSocketOptions.SO_REUSEADDR, true);
            server.bind(new InetSocketAddress(master.getPort()), Math.max(50, size));
            while (waiting.size() < size - 1) {
                SocketChannel channel = accept(server, end, () -> missing(addresses));
                try {
                    channel.socket().setSoTimeout(GREETING);
                    var in = new DataInputStream(channel.socket().getInputStream());
                    if (in.readInt() != MAGIC || in.readLong() != job(master, size)) {
                        channel.close(); // not of this job
                        continue;
                    }
                    int rank = in.readInt();
                    int itsPort = in.readInt();
                    if (rank < 1 || rank >= size || addresses[rank] != null) {
                        throw new DistributedException(
                                String.format(
                                        Locale.ROOT,
                                        rank >= 1 && rank < size
                                                ? "two processes say that they are rank %d of %d"
                                                : "a process says that it is rank %d of %d",
                                        rank,
                                        size));
                    }
                    var from = (InetSocketAddress) channel.getRemoteAddress();
                    addresses[rank] = new InetSocketAddress(from.getAddress(), itsPort);
                    waiting.add(channel);
                } catch (IOException e) {
                    channel.close(); // a stranger, or a process that has ended
                }
            }
            List<InetSocketAddress> all = List.of(addresses).stream().map(SocketRendezvous::present).toList();
            for (SocketChannel channel : waiting) {
                var out = new DataOutputStream(channel.socket().getOutputStream());
                for (int r = 1; r < size; r++) {
                    byte[] host = all.get(r).getAddress().getAddress();
                    out.writeInt(host.length);
                    out.write(host);
                    out.writeInt(all.get(r).getPort());
                }
                out.writeInt(port);
                out.flush();
            }
            return all;
        } finally {
            for (SocketChannel channel : waiting) {
                channel.close();
            }
        }
    }

    private static InetSocketAddress present(@Nullable InetSocketAddress address) {
        return java.util.Objects.requireNonNull(address);
    }

    private static List<InetSocketAddress> ask(int rank, int size, InetSocketAddress master, int port, long end)
            throws IOException {
        try (SocketChannel channel = dial(master, 0, end)) {
            channel.socket().setSoTimeout(millisUntil(end));
            var out = new DataOutputStream(channel.socket().getOutputStream());
            out.writeInt(MAGIC);
            out.writeLong(job(master, size));
            out.writeInt(rank);
            out.writeInt(port);
            out.flush();
            var in = new DataInputStream(channel.socket().getInputStream());
            var all = new ArrayList<InetSocketAddress>();
            for (int r = 1; r < size; r++) {
                byte[] host = new byte[in.readInt()];
                in.readFully(host);
                all.add(new InetSocketAddress(InetAddress.getByAddress(host), in.readInt()));
            }
            // rank 0 is where it was found
            all.addFirst(
                    new InetSocketAddress(((InetSocketAddress) channel.getRemoteAddress()).getAddress(), in.readInt()));
            return all;
        }
    }

    /**
     * {@return connections to all others by rank: each process calls those of lower ranks, and is called by the rest}
     */
    static @Nullable SocketChannel[] connect(
            int rank, List<InetSocketAddress> addresses, ServerSocketChannel server, long job, Duration timeout) {
        int size = addresses.size();
        long end = System.nanoTime() + timeout.toNanos();
        var channels = new @Nullable SocketChannel[size];
        try {
            for (int r = 0; r < rank; r++) {
                SocketChannel channel = dial(addresses.get(r), r, end);
                ByteBuffer hello = ByteBuffer.allocate(HELLO_BYTES).putInt(MAGIC).putLong(job).putInt(rank).flip();
                while (hello.hasRemaining()) {
                    channel.write(hello);
                }
                channels[r] = channel;
            }
            int missing = size - rank - 1;
            while (missing > 0) {
                SocketChannel channel = accept(server, end, () -> missing(channels, rank));
                int r = greeting(channel, job);
                if (r <= rank || r >= size || channels[r] != null) {
                    channel.close(); // not of this job
                } else {
                    channels[r] = channel;
                    missing--;
                }
            }
            for (var channel : channels) {
                if (channel != null) {
                    channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
                }
            }
            return channels;
        } catch (IOException | DistributedException e) {
            for (var channel : channels) {
                closeQuietly(channel);
            }
            throw e instanceof DistributedException d
                    ? d
                    : new DistributedException(
                            String.format(Locale.ROOT, "rank %d of %d cannot connect: %s", rank, size, e), e);
        }
    }

    private static void closeQuietly(@Nullable SocketChannel channel) {
        try {
            if (channel != null) {
                channel.close();
            }
        } catch (IOException e) {
            System.getLogger(SocketRendezvous.class.getName()).log(System.Logger.Level.DEBUG, "closing", e);
        }
    }

    /** {@return the rank of a process that connected; -1 if it is not of this job} */
    private static int greeting(SocketChannel channel, long job) {
        try {
            channel.socket().setSoTimeout(GREETING);
            var in = new DataInputStream(channel.socket().getInputStream());
            return in.readInt() == MAGIC && in.readLong() == job ? in.readInt() : -1;
        } catch (IOException e) {
            return -1;
        }
    }

    private static SocketChannel dial(InetSocketAddress address, int rank, long end) throws IOException {
        while (true) {
            SocketChannel channel = SocketChannel.open();
            try {
                channel.socket().connect(address, Math.min(GREETING, millisUntil(end)));
                return channel;
            } catch (IOException e) {
                channel.close();
                if (System.nanoTime() > end) {
                    throw new DistributedException(
                            String.format(Locale.ROOT, "rank %d did not answer at %s in time: %s", rank, address, e),
                            e);
                }
                pause();
            }
        }
    }

    private static SocketChannel accept(
            ServerSocketChannel server, long end, java.util.function.Supplier<String> missing) throws IOException {
        server.configureBlocking(false);
        while (true) {
            SocketChannel channel = server.accept();
            if (channel != null) {
                channel.configureBlocking(true);
                return channel;
            }
            if (System.nanoTime() > end) {
                throw new DistributedException("not all processes came in time: there is no sign of " + missing.get());
            }
            pause();
        }
    }

    private static String missing(@Nullable Object[] known) {
        return missing(known, 0);
    }

    private static String missing(@Nullable Object[] known, int from) {
        return "rank "
                + String.join(
                        ", ",
                        IntStream.range(from + (known[from] == null ? 1 : 0), known.length)
                                .filter(r -> known[r] == null)
                                .mapToObj(Integer::toString)
                                .toList());
    }

    private static int millisUntil(long end) {
        return (int) Math.clamp((end - System.nanoTime()) / 1_000_000, 1, Integer.MAX_VALUE);
    }

    private static void pause() {
        try {
            Thread.sleep(RETRY_MILLIS / 5);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new DistributedException("interrupted while waiting for other processes", e);
        }
    }
}
