package fathom.files;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/**
 * Why something could not be written, for people: Java's exceptions of file systems often have but a path as message.
 */
public final class FileErrors {
    private FileErrors() {}

    /** {@return the reason, with the path where it is not that of a file beside its place} */
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
                            ? "%s takes no new files".formatted(folder)
                            : "the folder %s is not there any more".formatted(folder);
            case FileAlreadyExistsException x -> at + " is a file, not a folder";
            default -> Leftovers.isOne(at) ? String.valueOf(f.getReason()) : "%s (%s)".formatted(f.getReason(), at);
        };
    }
}
