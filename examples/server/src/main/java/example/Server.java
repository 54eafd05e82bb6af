package example;

import static fathom.Tensors.*;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import fathom.nn.*;
import fathom.nn.activation.*;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.concurrent.Executors;

/** Answers a POST of four numbers with the probabilities of three classes, each request on a virtual thread. */
public final class Server {
    private static final int INPUTS = 4;

    public static void main(String[] args) throws IOException {
        manualSeed(0); // in earnest: net.loadStateDict(StateDict.load(Path.of("runs/mine/model.safetensors")))
        var net = new Sequential(new Linear(INPUTS, 32), new ReLU(), new Linear(32, 3), new Softmax(1));
        var predictor = Predictor.of(net);
        var address = new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(args[0]));
        var server = HttpServer.create(address, 0);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/predict", exchange -> answer(exchange, predictor));
        server.start();
        IO.println("listening on port " + server.getAddress().getPort());
    }

    private static void answer(HttpExchange exchange, Predictor predictor) throws IOException {
        try (exchange) {
            var text = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            int status = 200;
            String said;
            try {
                double[] numbers = Arrays.stream(text.split(",")).mapToDouble(Double::parseDouble).toArray();
                var x = tensor(numbers).to(FLOAT32).view(1, INPUTS);
                said = Arrays.toString(predictor.predict(x).toFloatArray());
            } catch (IllegalArgumentException e) {
                status = 400;
                said = INPUTS + " numbers separated by commas are expected";
            }
            byte[] bytes = (said + "\n").getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(status, bytes.length);
            exchange.getResponseBody().write(bytes);
        }
    }
}
