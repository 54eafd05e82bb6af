package fathom.data.hub;

import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The data sets of the course, with MNIST, in the order of their first section. */
final class CourseDatasets {
    /** The course's own copies. */
    private static final String COURSE = "http://d2l-data.s3-accelerate.amazonaws.com/";

    /** The same files at the address that is slower outside of its region, but not blocked where the first is. */
    private static final String COURSE_PLAIN = "https://d2l-data.s3.amazonaws.com/";

    /** The first edition's repository, which has the same bytes of some files. */
    private static final String FIRST_EDITION = "https://raw.githubusercontent.com/d2l-ai/d2l-zh/v1/data/";

    private static final String IMAGES = "https://raw.githubusercontent.com/d2l-ai/d2l-zh/master/img/";

    private static final String UNSTATED = "not stated";

    static final List<DatasetCard> ALL = all();

    private CourseDatasets() {}

    private static List<DatasetCard> all() {
        var cards = new ArrayList<DatasetCard>();
        cards.add(fashionMnist());
        cards.add(mnist());
        cards.add(
                course(
                        "kaggle_house_train",
                        "House prices, training part",
                        "4.10",
                        "Ames housing data (De Cock, 2011); terms of the Kaggle competition",
                        file(
                                "kaggle_house_pred_train.csv",
                                "585e9cc93e70b39160e7921475f9bcd7d31219ce",
                                460_676,
                                FIRST_EDITION)));
        cards.add(
                course(
                        "kaggle_house_test",
                        "House prices, test part",
                        "4.10",
                        "Ames housing data (De Cock, 2011); terms of the Kaggle competition",
                        file(
                                "kaggle_house_pred_test.csv",
                                "fa19780a7b011d9b009e8bff8e99922a8ee2eb90",
                                451_405,
                                FIRST_EDITION)));
        cards.add(
                course(
                        "time_machine",
                        "The Time Machine",
                        "8.2-9.4",
                        "public domain",
                        file("timemachine.txt", "090b5e7e70c295757f55df93cb0a180b9691891a", -1)));
        cards.add(
                archive(
                        "fra-eng",
                        "English-French sentence pairs of Tatoeba",
                        "9.5, 9.7, 10.4, 10.7",
                        "CC BY 2.0 FR (tatoeba.org)",
                        "fra-eng",
                        file("fra-eng.zip", "94646ad1522d915e7b0f9296181140edcf86a4f5", -1)));
        cards.add(
                course(
                        "airfoil",
                        "Airfoil self-noise",
                        "11.5-11.10",
                        "CC BY 4.0 (NASA; UCI repository)",
                        file(
                                "airfoil_self_noise.dat",
                                "76e5be1548fd8222e5074cf0faae75edff8cf93f",
                                59_984,
                                FIRST_EDITION)));
        cards.add(images());
        cards.add(cifar10Binary());
        cards.add(cifar10Python());
        cards.add(
                archive(
                        "hotdog",
                        "Hot dogs and other food",
                        "13.2",
                        UNSTATED,
                        "hotdog",
                        file("hotdog.zip", "fba480ffa8aa7e0febbb511d181409f899b9baa5", -1)));
        cards.add(
                archive(
                        "banana-detection",
                        "Banana detection",
                        "13.6, 13.7",
                        UNSTATED,
                        "banana-detection",
                        file("banana-detection.zip", "5de26c8fce5ccdea9f91267273464dc968d20d72", -1)));
        cards.add(
                archive(
                        "voc2012",
                        "Pascal VOC 2012",
                        "13.9, 13.11",
                        "Flickr terms of use (host.robots.ox.ac.uk/pascal/VOC)",
                        "VOCdevkit/VOC2012",
                        file(
                                "VOCtrainval_11-May-2012.tar",
                                "4e443f8a2eca6b1dac8a6c57641b67dd40621a49",
                                1_999_639_040L,
                                "http://host.robots.ox.ac.uk/pascal/VOC/voc2012/")));
        cards.add(
                archive(
                        "cifar10_tiny",
                        "CIFAR-10 of Kaggle, 1,000 images",
                        "13.13",
                        UNSTATED,
                        "kaggle_cifar10_tiny",
                        file("kaggle_cifar10_tiny.zip", "2068874e4b9a9f0fb07ebe0ad2b29754449ccacd", -1)));
        cards.add(
                archive(
                        "dog_tiny",
                        "Dog breeds of Kaggle, 1,000 images",
                        "13.14",
                        "terms of the Kaggle competition",
                        "kaggle_dog_tiny",
                        file("kaggle_dog_tiny.zip", "0cb91d09b814ecdc07b50f31f8dcad3e81d6a86d", -1)));
        cards.add(
                archive(
                        "ptb",
                        "Penn Treebank",
                        "14.3, 14.4",
                        "terms of the Linguistic Data Consortium",
                        "ptb",
                        file("ptb.zip", "319d85e578af0cdc590547f26231e4e31cdf1e42", 1_981_551, FIRST_EDITION)));
        cards.add(
                archive(
                        "glove.6b.50d",
                        "GloVe word vectors, 50 dimensions",
                        "14.7",
                        "PDDL 1.0",
                        "glove.6B.50d",
                        file("glove.6B.50d.zip", "0b8703943ccdb6eb788e6f091b8946e82231bc4d", -1)));
        cards.add(
                archive(
                        "wikitext-2",
                        "WikiText-2",
                        "14.9, 14.10",
                        "CC BY-SA 3.0",
                        "wikitext-2",
                        remote(
                                "wikitext-2-v1.zip",
                                FileDigest.sha1("3c914d17d80b1459be871a5039ac23e752a53cbe"),
                                -1,
                                "https://s3.amazonaws.com/research.metamind.io/wikitext/")));
        cards.add(
                archive(
                        "aclImdb",
                        "Large movie reviews (IMDb)",
                        "15.1-15.3",
                        "not stated; cite Maas et al. (2011)",
                        "aclImdb",
                        remote(
                                "aclImdb_v1.tar.gz",
                                FileDigest.sha1("01ada507287d82875905620988597833ad4e0903"),
                                -1,
                                "http://ai.stanford.edu/~amaas/data/sentiment/",
                                COURSE)));
        cards.add(
                archive(
                        "glove.6b.100d",
                        "GloVe word vectors, 100 dimensions",
                        "15.2, 15.3, 15.5",
                        "PDDL 1.0",
                        "glove.6B.100d",
                        file("glove.6B.100d.zip", "cd43bfb07e44e6f27cbcc7bc9ae3d80284fdaf5a", -1)));
        cards.add(
                archive(
                        "SNLI",
                        "Stanford natural language inference",
                        "15.4, 15.5, 15.7",
                        "CC BY-SA 4.0",
                        "snli_1.0",
                        remote(
                                "snli_1.0.zip",
                                FileDigest.sha1("9fcde07509c7e87ec61c640c1b2753d9041758e4"),
                                -1,
                                "https://nlp.stanford.edu/projects/snli/")));
        cards.add(
                archive(
                        "bert.base",
                        "BERT of the course, 12 layers",
                        "15.7",
                        UNSTATED,
                        "bert.base.torch",
                        file("bert.base.torch.zip", "225d66f04cae318b841a13d32af3acc165f253ac", -1)));
        cards.add(
                archive(
                        "bert.small",
                        "BERT of the course, 2 layers",
                        "15.7",
                        UNSTATED,
                        "bert.small.torch",
                        file("bert.small.torch.zip", "c72329e68a732bef0452e4b96a1c341c8910f81f", -1)));
        cards.add(
                archive(
                        "glove.42b.300d",
                        "GloVe word vectors, 300 dimensions",
                        "",
                        "PDDL 1.0",
                        "glove.42B.300d",
                        file("glove.42B.300d.zip", "b5116e234e9eb9076672cfeabf5469f3eec904fa", -1)));
        cards.add(
                archive(
                        "wiki.en",
                        "fastText word vectors of the English Wikipedia, 300 dimensions",
                        "",
                        "CC BY-SA 3.0",
                        "wiki.en",
                        file("wiki.en.zip", "c1816da3821ae9f43899be655002f6c723e91b88", -1)));
        return List.copyOf(cards);
    }

    private static DatasetCard fashionMnist() {
        String[] homes = {
            "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
            "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/"
        };
        return new DatasetCard(
                "fashion-mnist",
                "Fashion-MNIST",
                sections("3.5-7.7, 11.11, 12.5, 12.6"),
                "MIT",
                idx(
                        homes,
                        new long[] {26_421_880, 29_515, 4_422_102, 5_148},
                        "8d4fb7e6c68d591d4c3dfef9ec88bf0d",
                        "25c81989df183df01b3e8a0aad5dffbe",
                        "bef4ecab320f06d8554ea6380940ec79",
                        "bb300cfdad3c16e7a12a480ee83cd310"),
                "",
                List.of(Path.of("/usr/share/datasets/fashion-mnist")));
    }

    private static DatasetCard mnist() {
        String[] homes = {
            "https://ossci-datasets.s3.amazonaws.com/mnist/", "https://storage.googleapis.com/cvdf-datasets/mnist/"
        };
        return new DatasetCard(
                "mnist",
                "MNIST",
                List.of(),
                "CC BY-SA 3.0",
                idx(
                        homes,
                        new long[] {9_912_422, 28_881, 1_648_877, 4_542},
                        "f68b3c2dcbeaaa9fbdd348bbdeb94873",
                        "d53e105ee54ea40749a09fcbcd1e9432",
                        "9fb629c4189551a2d022fa330f9573f3",
                        "ec29112dd5afa0611ce80d1b7f02629c"),
                "",
                List.of(Path.of("/usr/share/datasets/mnist")));
    }

    private static List<RemoteFile> idx(String[] homes, long[] bytes, String... md5) {
        String[] names = {
            "train-images-idx3-ubyte.gz",
            "train-labels-idx1-ubyte.gz",
            "t10k-images-idx3-ubyte.gz",
            "t10k-labels-idx1-ubyte.gz"
        };
        var files = new ArrayList<RemoteFile>();
        for (int i = 0; i < names.length; i++) {
            files.add(remote(names[i], FileDigest.md5(md5[i]), bytes[i], homes));
        }
        return files;
    }

    private static DatasetCard cifar10Binary() {
        return archive(
                "cifar10",
                "CIFAR-10, binary version",
                "13.1",
                "not stated; cite Krizhevsky (2009)",
                "cifar-10-batches-bin",
                remote(
                        "cifar-10-binary.tar.gz",
                        FileDigest.md5("c32a1d4ab5d03f1284b67883e8d87530"),
                        170_052_171,
                        "https://www.cs.toronto.edu/~kriz/"));
    }

    private static DatasetCard cifar10Python() {
        return archive(
                "cifar10-python",
                "CIFAR-10, as torchvision reads it",
                "13.1",
                "not stated; cite Krizhevsky (2009)",
                "cifar-10-batches-py",
                remote(
                        "cifar-10-python.tar.gz",
                        FileDigest.md5("c58f30108f718f92721af3b95e74349a"),
                        170_498_071,
                        "https://www.cs.toronto.edu/~kriz/"));
    }

    private static DatasetCard images() {
        return new DatasetCard(
                "pictures",
                "Photographs of the course",
                sections("13.1-13.12"),
                "Apache-2.0 (the course's repository)",
                List.of(
                        picture("cat1.jpg", 53_081, "f9c5b905d908b97eeeb64ff34a46fa8b143f88f8"),
                        picture("catdog.jpg", 32_576, "60b7d540db03eef6b9834329bccc4417ef349bf6"),
                        picture("banana.jpg", 44_367, "cdcc1e668faf05c173389b6a73d33ed8d44cf4b4"),
                        picture("rainier.jpg", 578_469, "b0193ffd8ecea1631ac1092130017b884faafa30"),
                        picture("autumn-oak.jpg", 2_850_502, "bbe11f01403b9726bbc625589550e574fc45980a")),
                "img",
                List.of());
    }

    private static RemoteFile picture(String name, long bytes, String sha1) {
        return remote(name, FileDigest.sha1(sha1), bytes, IMAGES);
    }

    private static DatasetCard course(String name, String title, String sections, String licence, RemoteFile file) {
        return new DatasetCard(name, title, sections(sections), licence, List.of(file), "", List.of());
    }

    private static DatasetCard archive(
            String name, String title, String sections, String licence, String root, RemoteFile file) {
        return new DatasetCard(name, title, sections(sections), licence, List.of(file), root, List.of());
    }

    private static List<String> sections(String list) {
        return list.isEmpty() ? List.of() : List.of(list.split(", "));
    }

    /** A file of the course, with its SHA-1. */
    private static RemoteFile file(String name, String sha1, long bytes, String... more) {
        var homes = new ArrayList<>(List.of(COURSE, COURSE_PLAIN));
        homes.addAll(List.of(more));
        return remote(name, FileDigest.sha1(sha1), bytes, homes.toArray(String[]::new));
    }

    private static RemoteFile remote(String name, @Nullable FileDigest digest, long bytes, String... homes) {
        return new RemoteFile(name, Arrays.stream(homes).map(home -> URI.create(home + name)).toList(), digest, bytes);
    }
}
