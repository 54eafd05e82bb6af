package fathom.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Devices and backends that fail to load are skipped, and named. */
class BrokenServicesTest {
    @TempDir Path folder;

    @Test
    void brokenServicesAreSkipped() throws IOException, InterruptedException {
        Path services = Files.createDirectories(folder.resolve("META-INF/services"));
        Files.writeString(services.resolve("fathom.device.DeviceType"), "no.such.Accelerator\n");
        Files.writeString(services.resolve("fathom.primitive.Backend"), "no.such.Kernels\n");
        String path = folder + File.pathSeparator + System.getProperty("java.class.path");
        String out = JavaProgram.output(BrokenServices.class, "-cp", path, "-Dfathom.device=cpu:1");
        assertThat(out)
                .contains("no.such.Accelerator", "no.such.Kernels")
                .contains("sum 10.0 on cpu:1")
                .contains("devices [cpu, cpu:1, untouchable:0, untouchable:1]");
    }
}
