package fathom.data.hub;

import fathom.files.Folders;
import java.io.IOException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** Folders that appear only when all of their files have been written. */
final class NewFolder {
    private NewFolder() {}

    /** Creates a folder that does not exist. */
    static void create(Path folder, DataHub.FolderWriter writer) throws IOException {
        Path target = folder.toAbsolutePath().normalize();
        Files.createDirectories(target.getParent());
        // a fixed name, so that what a killed process left is removed
        Path scratch = target.resolveSibling("." + target.getFileName() + ".new");
        Folders.delete(scratch);
        try {
            writer.write(Files.createDirectory(scratch));
            try {
                Files.move(scratch, target, StandardCopyOption.ATOMIC_MOVE);
            } catch (AtomicMoveNotSupportedException e) {
                Files.move(scratch, target);
            }
        } finally {
            Folders.delete(scratch);
        }
    }
}
