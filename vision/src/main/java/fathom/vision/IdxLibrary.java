package fathom.vision;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The places where the files of a data set are searched for: the cache folder, system folders, the data set's URLs, and
 * last an embedded sample, if there is one.
 *
 * @param title the data set's display name
 * @param classes the number of classes
 * @param cache the folder of downloads
 * @param system folders where a system package installs it
 * @param homes base URLs
 * @param files the files to download
 * @param sample the resource folder of the sample, or null
 * @param timeoutMillis the network timeout
 */
record IdxLibrary(
        String title,
        int classes,
        Path cache,
        List<Path> system,
        List<URI> homes,
        List<RemoteFile> files,
        @Nullable String sample,
        int timeoutMillis) {

    /** The data set found, its source, and whether it is only the sample. */
    record Found(IdxFolder.Splits splits, String source, boolean isSample) {}

    /** {@return whether downloads are disabled: {@code -Dfathom.offline=true} or {@code FATHOM_OFFLINE=1}} */
    static boolean isOffline() {
        String environment = System.getenv("FATHOM_OFFLINE");
        return Boolean.getBoolean("fathom.offline") || environment != null && !environment.matches("|0|false|no");
    }

    /**
     * Reads the data set from a given folder only.
     *
     * @throws UncheckedIOException if a file is missing or damaged
     */
    Found from(Path folder) {
        try {
            if (!Files.isDirectory(folder)) {
                throw new IOException("%s: there is no such folder".formatted(folder));
            }
            List<String> missing = IdxFolder.missing(folder);
            if (!missing.isEmpty()) {
                throw new IOException(
                        "%s: %s expects the file %s (or .gz) there".formatted(folder, title, missing.getFirst()));
            }
            return new Found(IdxFolder.read(folder, classes), folder.toString(), false);
        } catch (IOException e) {
            throw new UncheckedIOException(e.getMessage(), e);
        }
    }

    /**
     * Finds the data set.
     *
     * @param notice receives one line if the sample is used
     * @throws UncheckedIOException if a file is damaged, or the data set is not available and there is no sample
     */
    Found find(Consumer<String> notice) {
        try {
            if (IdxFolder.isComplete(cache)) {
                return cached();
            }
            for (Path folder : system) {
                if (IdxFolder.isComplete(folder)) {
                    return new Found(IdxFolder.read(folder, classes), folder.toString(), false);
                }
            }
            String why = "downloads are turned off";
            if (!isOffline()) {
                try {
                    download();
                    return cached();
                } catch (DownloadFailed e) {
                    why = String.valueOf(e.getMessage());
                }
            }
            if (sample == null) {
                throw new IOException("%s is not in %s, and %s".formatted(title, cache, why));
            }
            Found found = sampleOnly();
            notice.accept(
                    String.format(
                            Locale.ROOT,
                            "%s: using the embedded sample of %,d training and %,d test images (%s)",
                            title,
                            found.splits().train().labels().numel(),
                            found.splits().test().labels().numel(),
                            why));
            return found;
        } catch (IOException e) {
            throw new UncheckedIOException(e.getMessage(), e);
        }
    }

    /** {@return the embedded sample} */
    Found sampleOnly() {
        try {
            return new Found(IdxFolder.read(this::openSample, classes), "the embedded sample", true);
        } catch (IOException e) {
            throw new UncheckedIOException(e.getMessage(), e);
        }
    }

    private Found cached() throws IOException {
        try {
            return new Found(IdxFolder.read(cache, classes), cache.toString(), false);
        } catch (IOException e) {
            throw new IOException(e.getMessage() + "; delete that file to have it downloaded again", e);
        }
    }

    private static final class DownloadFailed extends IOException {
        private static final long serialVersionUID = 1L;

        DownloadFailed(IOException cause) {
            super(cause.getMessage(), cause);
        }
    }

    private void download() throws DownloadFailed {
        var download = new Download(homes, timeoutMillis);
        try {
            for (RemoteFile file : files) {
                if (!Files.isRegularFile(cache.resolve(file.name()))) {
                    download.fetch(file, cache);
                }
            }
        } catch (IOException e) {
            throw new DownloadFailed(e);
        }
    }

    private IdxFolder.Named openSample(String name) throws IOException {
        String resource = sample + "/" + name + ".gz";
        InputStream in = IdxLibrary.class.getResourceAsStream(resource);
        if (in == null) {
            throw new IOException("the artifact lacks its resource " + resource);
        }
        return new IdxFolder.Named(in, resource);
    }
}
