package fathom;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;

/** Services on the module path and on the class path. One that fails to load is left out, with a warning. */
final class Services {
    private static final System.Logger LOG = System.getLogger(Services.class.getName());

    private Services() {}

    /** {@return one instance of each class that provides the service} */
    static <S> List<S> load(Class<S> service) {
        var found = new ArrayList<S>();
        var layer = Services.class.getModule().getLayer();
        if (layer != null) {
            add(ServiceLoader.load(layer, service), service, found);
            add(ServiceLoader.load(service), service, found);
        } else {
            add(ServiceLoader.load(service, Services.class.getClassLoader()), service, found);
        }
        return found;
    }

    private static <S> void add(ServiceLoader<S> loader, Class<S> service, List<S> found) {
        Iterator<ServiceLoader.Provider<S>> providers = loader.stream().iterator();
        while (true) {
            try {
                if (!providers.hasNext()) {
                    return;
                }
                ServiceLoader.Provider<S> provider = providers.next();
                if (found.stream().noneMatch(f -> f.getClass() == provider.type())) {
                    found.add(provider.get());
                }
            } catch (ServiceConfigurationError | LinkageError e) {
                Throwable cause = e.getCause() == null ? e : e.getCause();
                LOG.log(
                        System.Logger.Level.WARNING,
                        "a service of {0} is left out, since it does not load: {1} ({2})",
                        service.getName(),
                        e.getMessage(),
                        cause);
            }
        }
    }
}
