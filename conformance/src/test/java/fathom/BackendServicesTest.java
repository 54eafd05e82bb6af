package fathom;

import static org.assertj.core.api.Assertions.assertThat;

import fathom.primitive.Backend;
import fathom.primitive.Operand;
import fathom.primitive.Primitive;
import fathom.services.Services;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.ServiceLoader;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Backends loaded as services, including ones that fail to load. */
class BackendServicesTest {
    /** A user-defined backend. */
    public static final class Good implements Backend {
        @Override
        public String name() {
            return "good";
        }

        @Override
        public int priority() {
            return -5;
        }

        @Override
        public String status() {
            return "a test";
        }

        @Override
        public boolean supports(Primitive primitive, Operand[] inputs, Operand[] outputs) {
            return false;
        }

        @Override
        public void run(Primitive primitive, Operand[] inputs, Operand[] outputs) {
            throw new IllegalArgumentException("not for this backend: " + primitive);
        }
    }

    /** A backend whose library is missing. */
    public static final class Broken implements Backend {
        public Broken() {
            throw new UnsatisfiedLinkError("no such library");
        }

        @Override
        public String name() {
            return "broken";
        }

        @Override
        public int priority() {
            return 5;
        }

        @Override
        public String status() {
            return "";
        }

        @Override
        public boolean supports(Primitive primitive, Operand[] inputs, Operand[] outputs) {
            return false;
        }

        @Override
        public void run(Primitive primitive, Operand[] inputs, Operand[] outputs) {}
    }

    @Test
    void oneThatDoesNotLoadIsSkippedWithAWarningThatNamesIt(@TempDir Path folder) throws IOException {
        Path services = folder.resolve("META-INF/services");
        Files.createDirectories(services);
        Files.writeString(
                services.resolve(Backend.class.getName()),
                Broken.class.getName() + "\nfathom.NoSuchBackend\n" + Good.class.getName() + "\n");
        var warnings = new ArrayList<String>();
        var listener =
                new Handler() {
                    @Override
                    public void publish(LogRecord r) {
                        warnings.add(r.getMessage());
                    }

                    @Override
                    public void flush() {}

                    @Override
                    public void close() {}
                };
        Logger logger = Logger.getLogger(Services.class.getName());
        logger.addHandler(listener);
        var found = new ArrayList<Backend>();
        try (var loader = new URLClassLoader(new URL[] {folder.toUri().toURL()}, getClass().getClassLoader())) {
            found.addAll(
                    Services.load(Backend.class, List.of(ServiceLoader.load(Backend.class, loader)), Backend::name));
        } finally {
            logger.removeHandler(listener);
        }
        assertThat(found).extracting(Backend::name).contains("good", "cpu").doesNotContain("broken");
        assertThat(warnings).anyMatch(w -> w.contains(Broken.class.getName()) && w.contains("no such library"));
        assertThat(warnings).anyMatch(w -> w.contains("fathom.NoSuchBackend"));
    }
}
