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
 * Where the files of one data set are looked for: the cache folder, folders of the system, the data set's home on the
 * web, and last a sample inside this artifact, if there is one.
 *
 * @param title the data set's name for people
 * @param classes the number of classes
 * @param cache the folder for downloads
 * @param system folders where a system's package would put it
 * @param homes folders on the web
 * @param files what to download
 * @param sample the resource folder of the sample, or null
 * @param timeoutMillis the longest wait for the web
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

    /** What was found, where, and whether it is but the sample. */
    record Found(IdxFolder.Splits splits, String source, boolean isSample) {}

    /** {@return whether the user forbids downloads: {@code -Dfathom.offline=true} or {@code FATHOM_OFFLINE=1}} */
    static boolean isOffline() {
        String environment = System.getenv("FATHOM_OFFLINE");
        return Boolean.getBoolean("fathom.offline") || environment != null && !environment.matches("|0|false|no");
    }

    /**
     * Reads the data set from a folder that the user names; nowhere else is looked.
     *
     * @throws UncheckedIOException if it is not there or damaged
     */
    Found from(Path folder) {
        try {
            if (!Files.isDirectory(folder)) {
                throw new IOException("%s: there is no such folder".formatted(folder));
            }
            List<String> missing = IdxFolder.missing(folder);
            if (!missing.isEmpty()) {
                throw new IOException(
                        "%s: %s wants the file %s (or .gz) there".formatted(folder, title, missing.getFirst()));
            }
            return new Found(IdxFolder.read(folder, classes), folder.toString(), false);
        } catch (IOException e) {
            throw new UncheckedIOException(e.getMessage(), e);
        }
    }

    /**
     * Finds the data set.
     *
     * @param notice told, in one line, what a user must know
     * @throws UncheckedIOException if what is there is damaged, or nothing is to be had and there is no sample
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
                            "%s: using the embedded sample of %,d training and %,d test pictures (%s)",
                            title,
                            found.splits().train().labels().numel(),
                            found.splits().test().labels().numel(),
                            why));
            return found;
        } catch (IOException e) {
            throw new UncheckedIOException(e.getMessage(), e);
        }
    }

    /** {@return the sample inside this artifact} */
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
