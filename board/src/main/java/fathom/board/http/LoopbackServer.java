package fathom.board.http;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Locale;

/** Servers that listen on the loopback address alone. */
public final class LoopbackServer {
    /** How many ports after the default one are tried. */
    private static final int MORE_PORTS = 20;

    private static final int ANY_PORT = 0;

    private LoopbackServer() {}

    /**
     * {@return a server, not started yet}
     *
     * @param port the port; 0 for any free one; negative for the default one, or one of the next if it is in use
     * @throws BindException if the port is in use
     */
    public static HttpServer bind(int port, int defaultPort) throws IOException {
        if (port >= 0) {
            return bindTo(port);
        }
        for (int p = defaultPort; p < defaultPort + MORE_PORTS; p++) {
            try {
                return bindTo(p);
            } catch (BindException e) {
                // in use: the next
            }
        }
        return bindTo(ANY_PORT);
    }

    private static HttpServer bindTo(int port) throws IOException {
        // not "localhost", which a hosts file may send elsewhere
        InetAddress loopback = InetAddress.getByAddress(new byte[] {127, 0, 0, 1});
        try {
            return HttpServer.create(new InetSocketAddress(loopback, port), 0);
        } catch (BindException e) {
            var named = new BindException(String.format(Locale.ROOT, "port %d is in use", port));
            named.initCause(e);
            throw named;
        }
    }
}
