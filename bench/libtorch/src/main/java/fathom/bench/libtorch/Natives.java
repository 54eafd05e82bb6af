package fathom.bench.libtorch;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.Loader;

/** Unpacks libtorch's shared libraries from the jars. */
final class Natives {
    private Natives() {}

    /**
     * Unpacks all libraries before the first is loaded. By default JavaCPP unpacks each on demand, and then libtorch
     * crashes on its first load.
     */
    static void unpack() throws IOException {
        Path folder = Loader.getCacheDir().toPath();
        Path done = folder.resolve("unpacked");
        if (Files.exists(done)) {
            return;
        }
        String platform = Loader.getPlatform();
        var libraries = new ArrayList<>(List.of("javacpp", "openblas", "pytorch"));
        if (!System.getProperty("org.bytedeco.openblas.load", "").isEmpty()) {
            libraries.add("mkl");
        }
        for (String name : libraries) {
            if (Loader.cacheResources("/org/bytedeco/" + name + "/" + platform + "/").length == 0) {
                throw new IOException("the jar of %s for %s is missing".formatted(name, platform));
            }
        }
        Files.writeString(done, "");
    }
}
