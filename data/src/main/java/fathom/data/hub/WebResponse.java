package fathom.data.hub;

import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The response to a GET request, for a whole file or from an offset on. Redirects are followed. */
final class WebResponse implements AutoCloseable {
    private static final int MAX_REDIRECTS = 10;

    private final HttpURLConnection connection;
    private final int status;

    private WebResponse(HttpURLConnection connection, int status) {
        this.connection = connection;
        this.status = status;
    }

    /**
     * Sends a request.
     *
     * @param offset the offset of the first requested byte
     * @param validator the entity tag or date of the file that has been received in part, or "" if unknown
     * @throws IOException if there is no answer in time, or it is neither 200, 206 nor 416
     */
    static WebResponse get(URI address, long offset, String validator, int timeoutMillis) throws IOException {
        URI at = address;
        for (int redirects = 0; redirects <= MAX_REDIRECTS; redirects++) {
            var connection = (HttpURLConnection) at.toURL().openConnection();
            connection.setInstanceFollowRedirects(false); // it would not change from http to https
            connection.setConnectTimeout(timeoutMillis);
            connection.setReadTimeout(timeoutMillis);
            connection.setRequestProperty("User-Agent", "fathom");
            connection.setRequestProperty("Accept-Encoding", "identity");
            if (offset > 0) {
                connection.setRequestProperty("Range", "bytes=" + offset + "-");
                if (!validator.isEmpty()) {
                    connection.setRequestProperty("If-Range", validator);
                }
            }
            int status = connection.getResponseCode();
            switch (status) {
                case 200, 206, 416 -> {
                    return new WebResponse(connection, status);
                }
                case 301, 302, 303, 307, 308 -> at = redirected(at, connection.getHeaderField("Location"));
                default -> {
                    String reason = connection.getResponseMessage();
                    connection.disconnect();
                    throw new IOException(
                            String.format(
                                    Locale.ROOT,
                                    "the server answers %d%s",
                                    status,
                                    reason == null || reason.isBlank() ? "" : " " + reason));
                }
            }
            connection.disconnect();
        }
        throw new IOException("the server redirects more than " + MAX_REDIRECTS + " times");
    }

    private static URI redirected(URI from, @Nullable String location) throws IOException {
        URI to;
        try {
            to = from.resolve(location == null ? "" : location);
        } catch (IllegalArgumentException e) {
            throw new IOException("the server redirects to an invalid address: " + location, e);
        }
        boolean isDowngrade = "https".equals(from.getScheme()) && "http".equals(to.getScheme());
        if (location == null || !RemoteFile.isWeb(to) || isDowngrade) {
            throw new IOException(
                    "the server redirects to %s, which is not followed".formatted(location == null ? "nowhere" : to));
        }
        return to;
    }

    /** {@return whether the server refuses the offset: the file has no byte there} */
    boolean refusesOffset() {
        return status == 416;
    }

    /** {@return whether it is a part of the file} */
    boolean isPartial() {
        return status == 206;
    }

    /** {@return whether it is the part from an offset on} */
    boolean startsAt(long offset) {
        String range = connection.getHeaderField("Content-Range");
        return range != null && range.startsWith("bytes " + offset + "-");
    }

    /** {@return the number of bytes to come, or -1 if the server does not say} */
    long length() {
        return connection.getContentLengthLong();
    }

    /** {@return the value for a later {@code If-Range}: a strong entity tag, else the date, else ""} */
    String validator() {
        String tag = connection.getHeaderField("ETag");
        if (tag != null && tag.startsWith("\"")) {
            return tag;
        }
        String date = connection.getHeaderField("Last-Modified");
        return date == null ? "" : date;
    }

    InputStream body() throws IOException {
        return connection.getInputStream();
    }

    @Override
    public void close() {
        connection.disconnect();
    }
}
