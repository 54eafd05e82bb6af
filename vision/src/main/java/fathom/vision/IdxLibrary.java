package fathom.vision;

import fathom.data.hub.DataHub;
import fathom.data.hub.DataUnavailableException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A data set in IDX files: the folders in which the hub searches for it, its download, and last an embedded sample, if
 * there is one.
 *
 * @param hub finds and downloads the files
 * @param name the data set's name in the hub
 * @param classes the number of classes
 * @param sample the resource folder of the sample, or null
 */
record IdxLibrary(DataHub hub, String name, int classes, @Nullable String sample) {

    /** The data set found, its source, and whether it is only the sample. */
    record Found(IdxFolder.Splits splits, String source, boolean isSample) {}

    private String title() {
        return hub.card(name).title();
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
                        "%s: %s expects the file %s (or .gz) there".formatted(folder, title(), missing.getFirst()));
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
            for (Path folder : hub.folders(name)) {
                if (IdxFolder.isComplete(folder)) {
                    return read(folder);
                }
            }
            try {
                return read(hub.get(name));
            } catch (DataUnavailableException e) {
                if (sample == null) {
                    throw e;
                }
                Found found = sampleOnly();
                notice.accept(
                        String.format(
                                Locale.ROOT,
                                "%s: using the embedded sample of %,d training and %,d test images (%s)",
                                title(),
                                found.splits().train().labels().numel(),
                                found.splits().test().labels().numel(),
                                e.reason()));
                return found;
            }
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

    private Found read(Path folder) throws IOException {
        try {
            return new Found(IdxFolder.read(folder, classes), folder.toString(), false);
        } catch (IOException e) {
            boolean isDownload = folder.equals(hub.cacheFolder(name));
            throw isDownload
                    ? new IOException(e.getMessage() + "; delete that file to have it downloaded again", e)
                    : e;
        }
    }

    private IdxFolder.Named openSample(String file) throws IOException {
        String resource = sample + "/" + file + ".gz";
        InputStream in = IdxLibrary.class.getResourceAsStream(resource);
        if (in == null) {
            throw new IOException("the artifact lacks its resource " + resource);
        }
        return new IdxFolder.Named(in, resource);
    }
}
