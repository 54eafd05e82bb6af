import module fathom;
import static fathom.Tensors.*;

/**
 * The course's chapter 13.2: torchvision's ResNet-18, whose weights are read from PyTorch's own file, learns other classes. The
 * new head is trained at ten times the rate of the rest.
 */
void main() throws IOException {
    // https://download.pytorch.org/models/resnet18-f37072fd.pth; without it, a file of the same names and shapes stands in
    var file = Path.of("resnet18.pth");
    if (!Files.exists(file)) {
        ResNet.resnet18().stateDict().save(file);
    }
    var net = Init.skip(ResNet::resnet18);                          // no random weights: they are loaded
    net.loadStateDict(StateDict.load(file));
    net.withHead(10);                                               // or net.fc = new Linear(512, 10)
    IO.println(net.fc);                                             //> Linear(in_features=512, out_features=10, bias=True)

    var data = FashionMnist.load(Transforms.resize(64).then(image -> cat(List.of(image, image, image), -3)));
    var body = net.namedParameters().entrySet().stream().filter(p -> !p.getKey().startsWith("fc.")).map(Map.Entry::getValue).toList();
    var run = new Trainer(net, t -> t
            .loss(new CrossEntropyLoss())
            .optimizer(p -> new SGD(List.of(ParameterGroup.of(body).lr(1e-3), ParameterGroup.of(net.fc.parameters()).lr(1e-2)), 1e-3))
            .metrics(Metrics.accuracy()))
        .fit(DataLoader.of(data.train().range(0, 512), 32).shuffle(true), Epochs.of(2));
    IO.println(run.last());

    Model.save(Path.of("clothes.safetensors"), net);                // architecture and weights in one file
    var again = Model.load(Path.of("clothes.safetensors"));
    var picture = data.test().get(0).x().unsqueeze(0);
    IO.println(again.call(picture).equal(net.eval().call(picture)));    //> true
}
