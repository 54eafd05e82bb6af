package fathom.data.hub;

import java.net.URI;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A file that can be downloaded.
 *
 * @param name its name, also in the cache
 * @param addresses its URLs (http or https), tried in order
 * @param digest the checksum of its contents, or null if none is published
 * @param bytes its length, or -1 if it is not known before the download
 */
public record RemoteFile(String name, List<URI> addresses, @Nullable FileDigest digest, long bytes) {
    private static final Pattern NAME = Pattern.compile("[\\w][\\w.+ -]{0,199}");

    /**
     * Checks the name and the addresses.
     *
     * @throws IllegalArgumentException if the name is not a plain file name, or an address is not http or https
     */
    public RemoteFile {
        addresses = List.copyOf(addresses);
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException("RemoteFile: '%s' is not a plain file name".formatted(name));
        }
        for (URI address : addresses) {
            if (!isWeb(address)) {
                throw new IllegalArgumentException(
                        "RemoteFile: expected an address that begins with http:// or https://, got " + address);
            }
        }
    }

    static boolean isWeb(URI address) {
        return ("http".equals(address.getScheme()) || "https".equals(address.getScheme())) && address.getHost() != null;
    }
}
