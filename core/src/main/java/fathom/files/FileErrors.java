package fathom.files;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** Readable reasons for failed writes: the message of Java's file system exceptions is often just a path. */
public final class FileErrors {
    private FileErrors() {}

    /** {@return the reason, with the path unless it is that of the temporary file} */
    public static String reason(IOException e) {
        if (!(e instanceof FileSystemException f) || f.getFile() == null) {
            return e.getMessage() == null ? e.toString() : e.getMessage();
        }
        Path at = Path.of(f.getFile());
        Path folder = at.toAbsolutePath().getParent();
        return switch (f) {
            case AccessDeniedException a -> "there is no permission to write into " + folder;
            case NoSuchFileException n ->
                    folder != null && Files.isDirectory(folder)
                            ? "%s accepts no new files".formatted(folder)
                            : "the folder %s no longer exists".formatted(folder);
            case FileAlreadyExistsException x -> at + " is a file, not a folder";
            default ->
                    Leftovers.isTemporary(at) ? String.valueOf(f.getReason()) : "%s (%s)".formatted(f.getReason(), at);
        };
    }
}
