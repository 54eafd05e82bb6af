package fathom.cli;

import static org.assertj.core.api.Assertions.assertThat;

import fathom.data.hub.DataHub;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataCommandTest {
    @TempDir Path folder;

    @BeforeEach
    void ownFolders() {
        System.setProperty("fathom.data", folder.toString());
        System.setProperty("fathom.home", folder.resolve("home").toString());
        System.setProperty("fathom.offline", "true");
    }

    @AfterEach
    void theirs() {
        System.clearProperty("fathom.data");
        System.clearProperty("fathom.home");
        System.clearProperty("fathom.offline");
    }

    @Test
    void everyDataSetIsListed() throws IOException {
        Files.writeString(folder.resolve("timemachine.txt"), "x".repeat(5000));
        Cli list = Cli.run("data", "list");
        assertThat(list.exitCode()).as(list.err()).isZero();
        assertThat(list.lines()).hasSize(DataHub.standard().cards().size() + 1);
        assertThat(list.out())
                .containsPattern("Name +Size +Here +Sections +Licence +Description")
                .containsPattern("airfoil +60 KB +no +11\\.5-11\\.10 +CC BY 4\\.0")
                .containsPattern("time_machine +5 KB +FATHOM_DATA +8\\.2-9\\.4 +public domain")
                .containsPattern("hotdog +\\? +no +13\\.2 ")
                .containsPattern("voc2012 +1,999\\.6 MB +no ");
    }

    @Test
    void whereVerifiesWhatIsHere() throws IOException {
        Path file = Files.writeString(folder.resolve("airfoil_self_noise.dat"), "1\t2\n");
        Cli where = Cli.run("data", "where", "airfoil");
        assertThat(where.exitCode()).isZero();
        assertThat(where.lines().getFirst()).isEqualTo(file.toString());
        assertThat(where.out())
                .contains(
                        "airfoil_self_noise.dat: SHA-1 ",
                        ", which is not the published 76e5be1548fd8222e5074cf0faae75");
        Cli missing = Cli.run("data", "where", "ptb");
        assertThat(missing.exitCode()).isEqualTo(1);
        assertThat(missing.err().strip()).isEqualTo("ptb is not here");
        assertThat(missing.out()).contains("searched  " + folder, "from      http://d2l-data");
    }

    @Test
    void getPrintsThePathOrWhatIsWrong() throws IOException {
        Path file = Files.writeString(folder.resolve("timemachine.txt"), "text");
        assertThat(Cli.run("data", "get", "time_machine").out().strip()).isEqualTo(file.toString());
        Cli offline = Cli.run("data", "get", "airfoil");
        assertThat(offline.exitCode()).isEqualTo(1);
        assertThat(offline.err().lines()).hasSize(1);
        assertThat(offline.err()).contains("fathom data get: airfoil: ", "downloads are turned off", "set FATHOM_DATA");
    }

    @Test
    void wrongArgumentsAreRefused() {
        Cli unknown = Cli.run("data", "get", "airfoi");
        assertThat(unknown.exitCode()).isEqualTo(2);
        assertThat(unknown.err()).contains("there is no data set 'airfoi'; there are ", "airfoil");
        Cli nothing = Cli.run("data");
        assertThat(nothing.exitCode()).isEqualTo(2);
        assertThat(nothing.err()).contains("list, get NAME or where NAME?");
    }
}
